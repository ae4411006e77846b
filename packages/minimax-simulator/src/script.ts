import * as z from 'zod';
import { Fault } from './fault.ts';

/** How the simulator answers the calls that match. Scripts are tried in the order in which they were given. */
export const Script = z
  .strictObject({
    /** Part of the prompt; none = every call. */
    prompt: z.string().optional(),
    /** Calls that it is good for; none = for ever. */
    times: z.int().min(1).optional(),
    /** Milliseconds before the answer begins; none = the simulator's own. */
    latencyMs: z.number().min(0).optional(),
    /** Keeps the call open until it is released. */
    hold: z.boolean().default(false),
    /** None = a good answer. */
    fault: Fault.optional(),
  })
  .refine((script) => !actsBeforeRequest(script) || script.prompt === undefined, {
    path: ['prompt'],
    message: 'a reset before the request is read cannot know its prompt',
  });
export type Script = z.output<typeof Script>;
export type ScriptInput = z.input<typeof Script>;

function actsBeforeRequest({ fault }: { fault?: Fault | undefined }): boolean {
  return fault?.kind === 'reset' && fault.at === 'request';
}

/** The scripts that are still good for something. */
export interface ScriptBook {
  add(scripts: ScriptInput[]): void;
  /** Whether the call that just began is to be reset unread. */
  takeUnread(): boolean;
  /** The script for a call; undefined = answer well. */
  take(prompt: string): Script | undefined;
  /** No script holds calls from now on. */
  stopHolding(): void;
  clear(): void;
}

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
