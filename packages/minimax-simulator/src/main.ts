import { parseArgs } from 'node:util';
import * as z from 'zod';
import { H3WireChanges } from './h3/wire.ts';
import { startSimulator } from './simulator.ts';

const Settings = z.object({
  port: z.coerce.number<string>().int().min(0).max(65535).default(9100),
  'latency-ms': z.coerce.number<string>().min(0).default(6000),
  images: z.enum(['poster', 'plain']).default('poster'),
  scale: z.coerce.number<string>().gt(0).max(1).default(1),
  state: z.string().min(1).optional(),
  'h3-wire': z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('must be JSON');
        return z.NEVER;
      }
    })
    .pipe(H3WireChanges)
    .optional(),
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
      scale: { type: 'string' },
      state: { type: 'string' },
      'h3-wire': { type: 'string' },
    },
  });
  const { port, images, scale, state, 'latency-ms': latencyMs, 'h3-wire': h3Wire } = Settings.parse(values);
  const { url } = await startSimulator({ port, latencyMs, images, scale, stateDir: state, h3Wire });
  console.log(`MiniMax simulator on ${url}`);
  process.send?.({ url });
} catch (error) {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  process.exit(1);
}
