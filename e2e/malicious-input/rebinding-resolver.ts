import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

/** An unused address: 2d00::/8 is not allocated. */
const PUBLIC: LookupAddress = { address: '2d00::1', family: 6 };
const PRIVATE: LookupAddress = { address: '127.0.0.1', family: 4 };

type Done = (error: NodeJS.ErrnoException | null, found: string | LookupAddress[]) => void;

const systemLookup = dns.lookup;
let asked = 0;

/** The first lookup returns an allowed address, every later one loopback. All addresses are requested in one lookup. */
function lookup(hostname: string, options: LookupOptions, done: Done): void {
  if (hostname !== 'rebound.example') systemLookup(hostname, options, done);
  else done(null, [asked++ === 0 ? PUBLIC : PRIVATE]);
}

// Preloaded into the API's process, where it replaces the system's name lookup.
Object.assign(dns, { lookup });
syncBuiltinESMExports();
