import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** What must stay the same for links to survive a restart. */
const State = z.object({ signingKey: z.string().min(16), port: z.int().min(0).max(65535) });
export type State = z.output<typeof State>;

export function freshState(): State {
  return { signingKey: randomBytes(24).toString('hex'), port: 0 };
}

/** A missing or unreadable file counts as a fresh start: the simulator holds nothing of value. */
export async function readState(folder: string): Promise<State> {
  try {
    return State.parse(JSON.parse(await readFile(stateFile(folder), 'utf8')));
  } catch {
    return freshState();
  }
}

export async function writeState(folder: string, state: State): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(stateFile(folder), JSON.stringify(state));
}

function stateFile(folder: string): string {
  return join(folder, 'simulator.json');
}
