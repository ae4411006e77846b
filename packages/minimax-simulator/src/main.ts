import { parseArgs } from 'node:util';
import * as z from 'zod';
import { startSimulator } from './simulator.ts';

const Settings = z.object({
  port: z.coerce.number<string>().int().min(0).max(65535).default(9100),
  'latency-ms': z.coerce.number<string>().min(0).default(6000),
  pictures: z.enum(['poster', 'plain']).default('poster'),
  state: z.string().min(1).optional(),
});

const isChild = process.send !== undefined;
process.on('SIGTERM', () => process.exit());
// A terminal's Ctrl+C reaches parent and child alike; the parent may still need its answers, and ends the child itself.
process.on('SIGINT', () => isChild || process.exit());
// The channel closes when the parent ends, even by kill -9: nobody is left to serve.
process.on('disconnect', () => process.exit());

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'latency-ms': { type: 'string' },
      pictures: { type: 'string' },
      state: { type: 'string' },
    },
  });
  const { port, pictures, state, 'latency-ms': latencyMs } = Settings.parse(values);
  const { url } = await startSimulator({ port, latencyMs, pictures, stateDir: state });
  console.log(`MiniMax simulator on ${url}`);
  process.send?.({ url });
} catch (error) {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  process.exit(1);
}
