import * as z from 'zod';
import { H3_FAULTS, type H3Fault } from './h3/fault.ts';
import { IMAGE_01_FAULTS, type Image01Fault } from './image-01/fault.ts';
import { type ScriptedImageFault, SHARED_FAULTS } from './shared-fault.ts';

/** The faults of one call. A new fault is a new member of one of the three lists. */
export const Fault = z.discriminatedUnion('kind', [...SHARED_FAULTS, ...IMAGE_01_FAULTS, ...H3_FAULTS]);
export type Fault = z.output<typeof Fault>;

/** Whether a call of image-01 can have the fault. */
export function isImage01Fault(fault: Fault): fault is Image01Fault {
  return !isOneOf(H3_FAULTS, fault);
}

/** Whether a call of H3 can have the fault. */
export function isH3Fault(fault: Fault): fault is H3Fault {
  return !isOneOf(IMAGE_01_FAULTS, fault);
}

/** The scripted fault of the image at `position`, if there is one. */
export function imageFaultAt(fault: Fault | undefined, position: number): ScriptedImageFault | undefined {
  if (fault?.kind !== 'image') return undefined;
  return fault.position === undefined || fault.position === position ? fault : undefined;
}

function isOneOf(faults: typeof H3_FAULTS | typeof IMAGE_01_FAULTS, { kind }: Fault): boolean {
  return faults.some((schema) => schema.shape.kind.value === kind);
}
