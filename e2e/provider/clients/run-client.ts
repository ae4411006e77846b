import { cleanEnvironment } from '../../harness/api-environment.ts';
import { CHECKOUT } from '../../harness/checkout.ts';
import { startChild } from '../../harness/child-process.ts';
import type { Child } from '../../harness/spawn-child.ts';

const LOOPBACK_ONLY = `${CHECKOUT}e2e/provider/clients/loopback-only.ts`;

interface Options {
  /** Its current folder and home, where it finds none of the developer's settings. */
  folder: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
}

/** Runs a client that can only connect to this machine. Any other connection is refused and logged on stderr. */
export function runClient(script: string, { folder, env = {}, input = '' }: Options): Child {
  return startChild(process.execPath, ['--import', LOOPBACK_ONLY, script], {
    cwd: folder,
    env: { ...cleanEnvironment(), HOME: folder, ...env },
    input,
  });
}
