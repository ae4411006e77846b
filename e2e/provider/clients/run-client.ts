import { cleanEnvironment } from '../../harness/api-environment.ts';
import { CHECKOUT } from '../../harness/checkout.ts';
import { startChild } from '../../harness/child-process.ts';
import type { Child } from '../../harness/spawn-child.ts';

const LOOPBACK_ONLY = `${CHECKOUT}e2e/provider/clients/loopback-only.ts`;

interface Options {
  /** Its current folder and its home: it finds nothing of the developer's there. */
  folder: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
}

/** Runs a client that reaches nobody beyond this machine; if it tries, stderr tells whom. */
export function runClient(script: string, { folder, env = {}, input = '' }: Options): Child {
  return startChild(process.execPath, ['--import', LOOPBACK_ONLY, script], {
    cwd: folder,
    env: { ...cleanEnvironment(), HOME: folder, ...env },
    input,
  });
}
