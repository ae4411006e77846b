import * as z from 'zod';
import { Fault } from './fault.ts';

/** How the simulator answers matching calls. The first matching script, in the order of adding, is used. */
export const Script = z
  .strictObject({
    /** Matches calls whose prompt contains this text; absent: every call. */
    prompt: z.string().optional(),
    /** Number of calls that the script applies to; absent: no limit. */
    times: z.int().min(1).optional(),
    /** Milliseconds before the answer begins; absent: the simulator's `latencyMs`. */
    latencyMs: z.number().min(0).optional(),
    /** Keeps the call open until `release`. */
    hold: z.boolean().default(false),
    /** Absent: a successful answer. */
    fault: Fault.optional(),
  })
  .refine((script) => !actsBeforeRequest(script) || script.prompt === undefined, {
    path: ['prompt'],
    message: 'a reset before the request is read cannot know its prompt',
  });
export type Script = z.output<typeof Script>;
/** A script as a test writes it: every field is optional. */
export type ScriptInput = z.input<typeof Script>;

function actsBeforeRequest({ fault }: { fault?: Fault | undefined }): boolean {
  return fault?.kind === 'reset' && fault.at === 'request';
}

/** The scripts that are not used up. */
export interface ScriptBook {
  /** Throws a ZodError for an invalid script. */
  add(scripts: ScriptInput[]): void;
  /** Whether to reset the call that has just begun before its request is read. Uses up that script. */
  takeUnread(): boolean;
  /** The script for a call, which is counted; undefined: answer successfully. */
  take(prompt: string): Script | undefined;
  /** Removes `hold` from all current scripts. */
  stopHolding(): void;
  clear(): void;
}

/** Creates an empty set of scripts. */
export function createScriptBook(): ScriptBook {
  let scripts: Script[] = [];

  function use(script: Script | undefined): Script | undefined {
    if (script?.times === undefined) return script;
    script.times -= 1;
    if (script.times === 0) scripts = scripts.filter((other) => other !== script);
    return script;
  }

  return {
    add(added) {
      scripts.push(...added.map((script) => Script.parse(script)));
    },
    takeUnread: () => use(scripts.find(actsBeforeRequest)) !== undefined,
    take: (prompt) => use(scripts.find((script) => !actsBeforeRequest(script) && prompt.includes(script.prompt ?? ''))),
    stopHolding() {
      for (const script of scripts) script.hold = false;
    },
    clear() {
      scripts = [];
    },
  };
}
