/**
 * Whether a host is loopback. Only this machine reaches a server that listens there, and a request with that host name
 * means this machine.
 */
export function isLoopbackName(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
}

/** Whether a connection comes from this machine. Node writes IPv4 peers of a dual-stack socket as `::ffff:…`. */
export function isLoopbackPeer(address: string): boolean {
  return isLoopbackName(address.replace(/^::ffff:/i, ''));
}
