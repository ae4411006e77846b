import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { FAMILIES } from '../job/model-family.ts';
import type { AnswerSpool } from './file-store.ts';

const FirstLine = z.object({
  call: z.object({
    jobId: z.string(),
    attemptId: z.string(),
    number: z.int(),
    family: z.enum(FAMILIES).default('image-01'), // absent in answers recorded before there were families
  }),
  head: z.unknown(),
});

interface Deps {
  /** Created when it is needed. Processes may share it. */
  dir: string;
  clock: Pick<Clock, 'now'>;
  onError(error: unknown): void;
}

const COMPLETE = '.answer';
const PARTIAL = '.partial';
/** No call takes this long: its process was killed while the answer arrived. */
const ABANDONED_MS = 60 * 60 * 1_000;

/**
 * Keeps answers on the disk of this process, one file per answer: a line of JSON, then the body as received. The file
 * gets its final name once the answer is complete.
 */
export function createLocalAnswerSpool({ dir, clock, onError }: Deps): AnswerSpool {
  const pathOf = (attemptId: string, suffix: string) => join(dir, attemptId + suffix);

  async function syncFolder(): Promise<void> {
    if (process.platform === 'win32') return; // cannot open folders, and does not need this step
    const folder = await open(dir);
    await folder.sync().finally(() => folder.close());
  }

  /** Recordings that may still be written to. */
  const recordings = new Map<string, { close(): Promise<void> }>();

  /** Reports a fault and returns `otherwise`: a missing or unreadable file must not keep a call from ending. */
  async function reportErrors<T>(work: Promise<T>, fallback: T): Promise<T> {
    return work.catch((error: unknown) => {
      onError(error);
      return fallback;
    });
  }

  async function namesOf(suffix: string): Promise<string[]> {
    const names = await readdir(dir).catch(() => []); // not created yet
    return names.filter((name) => name.endsWith(suffix));
  }

  async function removeAbandoned(): Promise<void> {
    for (const name of await namesOf(PARTIAL)) {
      const stats = await stat(join(dir, name)).catch(() => null);
      if (stats && stats.mtimeMs < clock.now() - ABANDONED_MS) await rm(join(dir, name), { force: true });
    }
  }

  return {
    record(call) {
      const partial = pathOf(call.attemptId, PARTIAL);
      /** Chain of writes: chunks are written in order, without holding up the reader of the answer. */
      let writes = Promise.resolve();
      let file: Awaited<ReturnType<typeof open>> | undefined;
      let hasFailed = false;

      async function close(): Promise<void> {
        const opened = file;
        file = undefined;
        await opened?.close();
      }

      recordings.set(call.attemptId, {
        async close() {
          await writes;
          await reportErrors(close(), undefined);
        },
      });

      function enqueue(step: () => Promise<unknown>): void {
        writes = writes.then(async () => {
          if (hasFailed) return;
          try {
            await step();
          } catch (error) {
            hasFailed = true;
            onError(error);
            await close().catch(() => {});
            await rm(partial, { force: true }).catch(() => {});
          }
        });
      }

      return {
        async begin(head) {
          enqueue(async () => {
            await mkdir(dir, { recursive: true });
            file = await open(partial, 'w', 0o600);
            await file.writeFile(`${JSON.stringify({ call, head })}\n`);
          });
        },
        async write(chunk) {
          enqueue(async () => file?.writeFile(chunk));
        },
        async end() {
          enqueue(async () => {
            // Rename before syncing: a process that is killed here leaves a complete answer.
            await rename(partial, pathOf(call.attemptId, COMPLETE));
            await file?.sync();
            await close();
            await syncFolder();
          });
          await writes;
        },
      };
    },

    async list() {
      await reportErrors(removeAbandoned(), undefined);
      return (await namesOf(COMPLETE)).map((name) => name.slice(0, -COMPLETE.length));
    },

    async read(attemptId) {
      const whole = await readFile(pathOf(attemptId, COMPLETE)).catch(() => null);
      const bytes = whole ?? (await readFile(pathOf(attemptId, PARTIAL)).catch(() => null));
      if (!bytes) return null;
      const lineEnd = bytes.indexOf('\n');
      const line = parseLine(bytes.toString('utf8', 0, Math.max(lineEnd, 0)));
      return line && { ...line, isComplete: whole !== null, body: bytes.subarray(lineEnd + 1) };
    },

    async remove(attemptId) {
      await recordings.get(attemptId)?.close();
      recordings.delete(attemptId);
      const paths = [COMPLETE, PARTIAL].map((suffix) => pathOf(attemptId, suffix));
      await reportErrors(Promise.all(paths.map((path) => rm(path, { force: true }))), []);
    },
  };
}

function parseLine(text: string): z.output<typeof FirstLine> | null {
  try {
    return FirstLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
