import type { Service } from './serve.ts';
import { sizeThreadPool } from './thread-pool.ts';

sizeThreadPool();

/**
 * While it is undefined nothing needs a drain: the process may exit at once, which releases everything that it holds.
 */
let service: Service | undefined;
let ending = false;
let signals = 0;

async function end(reason: string): Promise<void> {
  if (ending) return;
  ending = true;
  await service?.end(reason);
  process.exit(0); // an IPC channel to a parent would keep the process alive
}

function onSignal(signal: NodeJS.Signals): void {
  signals++;
  if (signals > 1) process.exit(1); // a second signal ends the process at once
  void end(signal);
}

process.on('SIGTERM', onSignal);
process.on('SIGINT', onSignal);
// The parent process has ended or has closed the IPC channel.
process.on('disconnect', () => void end('disconnect'));

try {
  const { serve } = await import('./serve.ts'); // loading is slow: signals are handled meanwhile
  service = await serve();
  await service.begin();
} catch (error) {
  const { describeStartFailure } = await import('./start-failure.ts');
  console.error(describeStartFailure(error) ?? error);
  process.exit(1);
}
