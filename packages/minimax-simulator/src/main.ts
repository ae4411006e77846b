import { parseArgs } from 'node:util';
import * as z from 'zod';
import { startSimulator } from './simulator.ts';

const Settings = z.object({
  port: z.coerce.number<string>().int().min(0).max(65535).default(9100),
  'latency-ms': z.coerce.number<string>().min(0).default(6000),
  images: z.enum(['poster', 'plain']).default('poster'),
  state: z.string().min(1).optional(),
});

const isChild = process.send !== undefined;
process.on('SIGTERM', () => process.exit());
// Ctrl+C sends SIGINT to parent and child. A child ignores it: the parent may still need responses and ends the child
// itself.
process.on('SIGINT', () => isChild || process.exit());
// The IPC channel closes when the parent ends, even by SIGKILL. The child must not outlive it.
process.on('disconnect', () => process.exit());

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'latency-ms': { type: 'string' },
      images: { type: 'string' },
      state: { type: 'string' },
    },
  });
  const { port, images, state, 'latency-ms': latencyMs } = Settings.parse(values);
  const { url } = await startSimulator({ port, latencyMs, images, stateDir: state });
  console.log(`MiniMax simulator on ${url}`);
  process.send?.({ url });
} catch (error) {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  process.exit(1);
}
