import type { DotenvOddities } from './read-dotenv.ts';
import { SECRETS } from './secret-files.ts';

/** A warning: the setting is accepted as given, but is probably not what the operator meant. */
export interface Doubt {
  setting: string;
  doubt: string;
}

type Given = Readonly<Record<string, string>>;

const PLACEHOLDER =
  /change[-_ ]?(me|this|it)|replace[-_ ]?(me|this|with)|your[-_ ].*(secret|key|token|password)|secret-at-least|placeholder|^<.*>$|^\$\w+$|\$\{\w+\}|\{\{.*\}\}/i;
const PATH = /^(~|\.{1,2})?\/(run|var|etc|home|root|Users|mnt|opt|tmp|secrets|app|data|srv|usr|vault)\/\S+$/;
/** Fewest distinct characters. A random secret of 32 bytes has at least twice as many. */
const FEWEST_CHARACTERS = 6;

/** Warnings at the start about settings that are valid by themselves. They contain no part of a secret's value. */
export function findDoubts(given: Given, foreign: readonly string[], dotenv?: DotenvOddities): Doubt[] {
  return [
    ...SECRETS.flatMap((setting) => about(setting, given[setting] && doubtSecret(setting, given[setting]))),
    ...about('JWT_SECRET', doubtRotation(given.JWT_SECRET)),
    ...about('PUBLIC_URL', doubtPublicUrl(given)),
    ...about('REFERENCE_DELIVERY', doubtDelivery(given)),
    ...about('DATA_DIR', /^~|\$/.test(given.DATA_DIR ?? '') && 'nothing is put in for ~ and $ here'),
    ...each(dotenv?.cut, 'cut in .env at a #, which begins a comment; quotes keep it whole'),
    ...each(dotenv?.unread, 'written with a colon in .env, and not read; an equals sign is needed'),
    ...each(foreign, 'not a setting of this service, and not looked at'),
  ];
}

const each = (settings: readonly string[] = [], doubt: string): Doubt[] =>
  settings.map((setting) => ({ setting, doubt }));

function about(setting: string, doubt: string | false | null | undefined): Doubt[] {
  return doubt ? [{ setting, doubt }] : [];
}

function doubtSecret(setting: string, value: string): string | null {
  const isKey = setting === 'JWT_PUBLIC_KEY';
  if (PLACEHOLDER.test(value)) return 'looks like a placeholder';
  if (value.startsWith(`${setting}=`)) return 'begins with the name of the setting';
  if (/^bearer\s/i.test(value)) return 'begins with Bearer, which is not part of a token';
  if (/^["'`“‘]|["'`”’]$/.test(value)) return 'begins or ends with a quotation mark';
  if (!isKey && value.includes('-----BEGIN ')) return 'looks like a PEM, and is taken as a text';
  if (!isKey && PATH.test(value)) return `looks like a path, and is taken as a text; ${setting}_FILE reads a file`;
  if (!isKey && /[\r\n]/.test(value)) return 'has more than one line';
  if (setting === 'JWT_SECRET' && /^https?:\/\//.test(value)) return 'looks like a URL; JWT_JWKS_URL reads a key set';
  const fewest = setting === 'JWT_SECRET' ? FEWEST_CHARACTERS : 2;
  return value.length > 1 && new Set(value).size < fewest ? 'repeats a few characters' : null;
}

/** A comma separates two secrets only if each part has at least 32 bytes; otherwise the value is one secret. */
function doubtRotation(secret = ''): string | null {
  const parts = secret.split(',').map((part) => Buffer.byteLength(part.trim()));
  const isHalf = parts.length === 2 && Math.max(...parts) >= 32 && parts.some((bytes) => bytes > 0 && bytes < 32);
  return isHalf ? 'has a comma and a part below 32 bytes, so that it is taken as one secret' : null;
}

function doubtPublicUrl({ PUBLIC_URL, NODE_ENV }: Given): string | null {
  if (PUBLIC_URL === undefined) {
    return NODE_ENV === 'production' ? 'not set in production: links to images point to localhost' : null;
  }
  const host = hostOf(PUBLIC_URL);
  if (/^(0\.0\.0\.0|\[::\])$/.test(host)) return 'an address to listen on, which other machines cannot ask';
  return NODE_ENV === 'production' && isThisMachine(host) ? 'points to this machine alone' : null;
}

/** With `REFERENCE_DELIVERY=url` the provider must be able to reach PUBLIC_URL. */
function doubtDelivery({ REFERENCE_DELIVERY, PUBLIC_URL, MINIMAX_API_KEY, MINIMAX_BASE_URL }: Given): string | null {
  if (REFERENCE_DELIVERY !== 'url' || MINIMAX_API_KEY === undefined) return null;
  const isFar = !isThisMachine(hostOf(MINIMAX_BASE_URL ?? 'https://api.minimaxi.com'));
  return isFar && isThisMachine(hostOf(PUBLIC_URL ?? 'http://localhost')) ? 'MiniMax cannot reach PUBLIC_URL' : null;
}

const hostOf = (url: string) => URL.parse(url)?.hostname ?? '';
const isThisMachine = (host: string) => /^(localhost|127\.[\d.]+|\[::1\])$/.test(host);
