import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

/** Where nobody is: 2d00::/8 is not allocated. */
const PUBLIC: LookupAddress = { address: '2d00::1', family: 6 };
const PRIVATE: LookupAddress = { address: '127.0.0.1', family: 4 };

type Done = (error: NodeJS.ErrnoException | null, found: string | LookupAddress[]) => void;

const systemLookup = dns.lookup;
let asked = 0;

/** The first answer is one that passes, every later one leads home; all addresses are asked for at once. */
function lookup(hostname: string, options: LookupOptions, done: Done): void {
  if (hostname !== 'rebound.example') systemLookup(hostname, options, done);
  else done(null, [asked++ === 0 ? PUBLIC : PRIVATE]);
}

// Preloaded into the API's process, which asks the system for names.
Object.assign(dns, { lookup });
syncBuiltinESMExports();
