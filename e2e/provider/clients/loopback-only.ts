import { Socket } from 'node:net';

// Preloaded into a client: refuses every connection that leaves this machine, and logs its host on stderr.

const connect = Socket.prototype.connect;

function connectToLoopback(this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args);
  if (/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)) return Reflect.apply(connect, this, args);
  console.error(`beyond the loopback: ${host}`);
  return this.destroy(new Error(`${host} is not to be reached from a test`));
}

Socket.prototype.connect = connectToLoopback;

/** `connect` takes a port with a host, options, or (from net.connect) both as one list. */
function hostOf(args: unknown[]): string {
  const [target, host] = args.flat();
  if (typeof target !== 'object' || target === null) return typeof host === 'string' ? host : 'localhost';
  if ('path' in target && typeof target.path === 'string') return 'localhost'; // a Unix socket
  return 'host' in target && typeof target.host === 'string' ? target.host : 'localhost';
}
