import { parseArgs } from 'node:util';
import * as z from 'zod';
import { startSimulator } from './simulator.ts';

const Arguments = z.object({
  port: z.coerce.number<string>().int().min(0).max(65535).default(9100),
  'latency-ms': z.coerce.number<string>().min(0).default(6000),
  state: z.string().min(1).optional(),
});

const { values } = parseArgs({
  options: { port: { type: 'string' }, 'latency-ms': { type: 'string' }, state: { type: 'string' } },
});
const settings = Arguments.parse(values);
const simulator = await startSimulator({
  port: settings.port,
  latencyMs: settings['latency-ms'],
  stateDir: settings.state,
});
console.log(`MiniMax simulator on ${simulator.url}`);

const isChild = process.send !== undefined;
process.on('SIGTERM', () => process.exit());
// A terminal's Ctrl+C reaches parent and child alike; the parent may still need its answers, and ends the child itself.
process.on('SIGINT', () => isChild || process.exit());
// The channel also closes when the parent is killed: nobody is left to serve.
process.on('disconnect', () => process.exit());
process.send?.({ url: simulator.url });
