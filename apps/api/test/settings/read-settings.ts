import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Config, ConfigError, readConfig } from '../../src/config.ts';

export const SECRET = 'a-secret-of-thirty-two-bytes-or-more';
export const KEY = 'sk-0123456789';

type Env = Record<string, string | undefined>;

/** Reads settings, with a separate data folder for each test. */
export function settingsReader() {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'darkroom-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (env: Env = {}): Config => readConfig({ DATA_DIR: folder, JWT_SECRET: SECRET, ...env });
  return {
    dir: () => folder,
    read,
    faultsOf(env: Env): readonly string[] {
      try {
        read(env);
        return [];
      } catch (error) {
        if (error instanceof ConfigError) return error.faults;
        throw error;
      }
    },
  };
}
