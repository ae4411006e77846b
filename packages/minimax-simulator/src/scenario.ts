import * as z from 'zod';
import { Fault } from './fault.ts';
import { H3WireChanges } from './h3/wire.ts';

/** How the simulator answers matching calls. The first matching scenario, in the order of adding, is used. */
export const Scenario = z
  .strictObject({
    /** Matches calls whose prompt contains this text; absent: every call. */
    prompt: z.string().optional(),
    /** Number of calls that the scenario applies to; absent: no limit. */
    times: z.int().min(1).optional(),
    /** Milliseconds before the answer begins; absent: the simulator's `latencyMs`. */
    latencyMs: z.number().min(0).optional(),
    /** Keeps the call open until `release`. */
    hold: z.boolean().default(false),
    /** With `hold`: the number of images that are finished before; other than 0 for H3 only. */
    holdAfter: z.int().min(0).max(10).default(0),
    /** Absent: a successful answer. */
    fault: Fault.optional(),
    /** Switches of H3's wire for this call; absent: those of the simulator. */
    h3Wire: H3WireChanges.optional(),
  })
  .refine((scenario) => !actsBeforeRequest(scenario) || scenario.prompt === undefined, {
    path: ['prompt'],
    message: 'a reset before the request is read cannot know its prompt',
  });
export type Scenario = z.output<typeof Scenario>;
/** A scenario as a test writes it: every field is optional. */
export type ScenarioInput = z.input<typeof Scenario>;

function actsBeforeRequest({ fault }: { fault?: Fault | undefined }): boolean {
  return fault?.kind === 'reset' && fault.at === 'request';
}

/** The scenario of one call, and its fault. */
interface TakenScenario<F extends Fault> {
  scenario: Scenario;
  fault: F | undefined;
}

/** The scenarios that are not used up. */
export interface ScenarioQueue {
  /** Throws a ZodError for an invalid scenario. */
  add(scenarios: ScenarioInput[]): void;
  /** Whether to reset the call that has just begun before its request is read. Uses up that scenario. */
  takeUnread(): boolean;
  /**
   * The scenario for a call; undefined: answer successfully. A scenario whose fault does not apply to the call's endpoint
   * is for other calls.
   */
  find<F extends Fault>(prompt: string, applies: (fault: Fault) => fault is F): TakenScenario<F> | undefined;
  /** The same, and counts the call. */
  take<F extends Fault>(prompt: string, applies: (fault: Fault) => fault is F): TakenScenario<F> | undefined;
  /** Removes `hold` from all current scenarios. */
  stopHolding(): void;
  clear(): void;
}

/** Creates an empty set of scenarios. */
export function createScenarioQueue(): ScenarioQueue {
  let scenarios: Scenario[] = [];

  function find<F extends Fault>(prompt: string, applies: (fault: Fault) => fault is F): TakenScenario<F> | undefined {
    for (const scenario of scenarios) {
      const { fault } = scenario;
      if (actsBeforeRequest(scenario) || !prompt.includes(scenario.prompt ?? '')) continue;
      if (fault === undefined || applies(fault)) return { scenario, fault };
    }
    return undefined;
  }

  function use(scenario: Scenario): void {
    if (scenario.times === undefined) return;
    scenario.times -= 1;
    if (scenario.times === 0) scenarios = scenarios.filter((other) => other !== scenario);
  }

  return {
    add(added) {
      scenarios.push(...added.map((scenario) => Scenario.parse(scenario)));
    },
    takeUnread() {
      const scenario = scenarios.find(actsBeforeRequest);
      if (scenario) use(scenario);
      return scenario !== undefined;
    },
    find,
    take(prompt, applies) {
      const found = find(prompt, applies);
      if (found) use(found.scenario);
      return found;
    },
    stopHolding() {
      for (const scenario of scenarios) scenario.hold = false;
    },
    clear() {
      scenarios = [];
    },
  };
}
