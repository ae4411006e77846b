import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** The state that links depend on: it must survive a restart. `port` is 0 before the first run. */
const State = z.object({ signingKey: z.string().min(16), port: z.int().min(0).max(65535) });
export type State = z.output<typeof State>;

/** A new signing key and no last port. */
export function freshState(): State {
  return { signingKey: randomBytes(24).toString('hex'), port: 0 };
}

/**
 * Reads the state of the last run. A missing or unreadable file gives a fresh state: losing it only breaks old links.
 */
export async function readState(folder: string): Promise<State> {
  try {
    return State.parse(JSON.parse(await readFile(stateFile(folder), 'utf8')));
  } catch {
    return freshState();
  }
}

/** Writes the state and creates the folder if needed. */
export async function writeState(folder: string, state: State): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(stateFile(folder), JSON.stringify(state));
}

function stateFile(folder: string): string {
  return join(folder, 'simulator.json');
}
