import type { Service } from './serve.ts';
import { sizeThreadPool } from './thread-pool.ts';

sizeThreadPool();

/** Until it is there nothing is under way: the process may end as it stands, and all that it holds goes with it. */
let service: Service | undefined;
let ending = false;
let signals = 0;

async function end(reason: string): Promise<void> {
  if (ending) return;
  ending = true;
  await service?.end(reason);
  process.exit(0); // the channel to a parent would keep it
}

function onSignal(signal: NodeJS.Signals): void {
  signals++;
  if (signals > 1) process.exit(1); // a second signal ends it at once
  void end(signal);
}

process.on('SIGTERM', onSignal);
process.on('SIGINT', onSignal);
// Whoever started this as a child has ended, or has no more use for it.
process.on('disconnect', () => void end('disconnect'));

try {
  const { serve } = await import('./serve.ts'); // it takes a while, and a signal may come meanwhile
  service = await serve();
  await service.begin();
} catch (error) {
  const { describeStartFailure } = await import('./start-failure.ts');
  console.error(describeStartFailure(error) ?? error);
  process.exit(1);
}
