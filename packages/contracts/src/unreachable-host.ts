/**
 * Domains that no public resolver answers: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and those that routers and
 * office networks use. Names reserved for documentation and tests (`example`, `test`) are deliberately not included.
 */
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa|invalid|onion)$/;

/** First address and prefix length of the ranges that are not globally reachable (RFC 6890). */
const PRIVATE_IPV4: [address: number, bits: number][] = [
  [0x00000000, 8], // this network
  [0x0a000000, 8], // private
  [0x64400000, 10], // carrier-grade NAT
  [0x7f000000, 8], // loopback
  [0xa9fe0000, 16], // link-local
  [0xac100000, 12], // private
  [0xc0a80000, 16], // private
  [0xc6120000, 15], // benchmarks
  [0xe0000000, 4], // multicast
  [0xf0000000, 4], // reserved, broadcast
];

/**
 * Whether an http(s) URL has a private or local host, which the provider cannot reach. False for any other text. Names
 * are not resolved.
 */
export function isUnreachable(text: string): boolean {
  const url = /^https?:/i.test(text) ? URL.parse(text) : null;
  if (!url) return false;
  // URL.parse has already converted hexadecimal, octal and short forms of IPv4 into dotted decimals.
  const host = url.hostname.replace(/\.$/, '');
  if (host.startsWith('[')) return isPrivateIpv6(host.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPrivateIpv4(toNumber(host.split('.').map(Number), 256));
  return !host.includes('.') || PRIVATE_NAME.test(host);
}

function toNumber(digits: number[], base: number): number {
  return digits.reduce((sum, digit) => sum * base + digit, 0);
}

function isPrivateIpv4(address: number): boolean {
  return PRIVATE_IPV4.some(([first, bits]) => Math.floor(address / 2 ** (32 - bits)) === first / 2 ** (32 - bits));
}

/** Expects the form that URL.parse writes: lower case, the longest run of zeros as `::`, no dotted tail. */
function isPrivateIpv6(text: string): boolean {
  const [head = '', tail] = text.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill(0), ...right];
  const [a = 0, b = 0] = groups;
  const last = isPrivateIpv4(toNumber(groups.slice(6), 65_536));
  if (groups.slice(0, 5).every((group) => group === 0)) {
    // 0: the unspecified address, loopback and IPv4-compatible. 0xffff: IPv4-mapped.
    if (groups[5] === 0 || groups[5] === 0xffff) return last;
  }
  if (a === 0x64 && b === 0xff9b) return last; // NAT64
  if (a === 0x2002) return isPrivateIpv4(toNumber(groups.slice(1, 3), 65_536)); // 6to4
  return (a & 0xfe00) === 0xfc00 || (a & 0xff80) === 0xfe80 || (a & 0xff00) === 0xff00; // unique local, link- and site-local, multicast
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
