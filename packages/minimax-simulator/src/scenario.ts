import * as z from 'zod';
import { Fault } from './fault.ts';

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
    /** Absent: a successful answer. */
    fault: Fault.optional(),
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

/** The scenarios that are not used up. */
export interface ScenarioQueue {
  /** Throws a ZodError for an invalid scenario. */
  add(scenarios: ScenarioInput[]): void;
  /** Whether to reset the call that has just begun before its request is read. Uses up that scenario. */
  takeUnread(): boolean;
  /** The scenario for a call, which is counted; undefined: answer successfully. */
  take(prompt: string): Scenario | undefined;
  /** Removes `hold` from all current scenarios. */
  stopHolding(): void;
  clear(): void;
}

/** Creates an empty set of scenarios. */
export function createScenarioQueue(): ScenarioQueue {
  let scenarios: Scenario[] = [];

  function use(scenario: Scenario | undefined): Scenario | undefined {
    if (scenario?.times === undefined) return scenario;
    scenario.times -= 1;
    if (scenario.times === 0) scenarios = scenarios.filter((other) => other !== scenario);
    return scenario;
  }

  return {
    add(added) {
      scenarios.push(...added.map((scenario) => Scenario.parse(scenario)));
    },
    takeUnread: () => use(scenarios.find(actsBeforeRequest)) !== undefined,
    take: (prompt) =>
      use(scenarios.find((scenario) => !actsBeforeRequest(scenario) && prompt.includes(scenario.prompt ?? ''))),
    stopHolding() {
      for (const scenario of scenarios) scenario.hold = false;
    },
    clear() {
      scenarios = [];
    },
  };
}
