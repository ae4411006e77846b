import type { DotenvOddities } from './read-dotenv.ts';
import { SECRETS } from './secret-files.ts';

/** A warning: the setting is accepted as given, but is probably not what the operator meant. */
export interface SettingWarning {
  setting: string;
  warning: string;
}

type Given = Readonly<Record<string, string>>;

const PLACEHOLDER =
  /change[-_ ]?(me|this|it)|replace[-_ ]?(me|this|with)|your[-_ ].*(secret|key|token|password)|secret-at-least|placeholder|^<.*>$|^\$\w+$|\$\{\w+\}|\{\{.*\}\}/i;
const PATH = /^(~|\.{1,2})?\/(run|var|etc|home|root|Users|mnt|opt|tmp|secrets|app|data|srv|usr|vault)\/\S+$/;
/** Fewest distinct characters. A random secret of 32 bytes has at least twice as many. */
const DISTINCT_CHARACTERS_MIN = 6;

/** Warnings at the start about settings that are valid by themselves. They contain no part of a secret's value. */
export function findWarnings(given: Given, foreign: readonly string[], dotenv?: DotenvOddities): SettingWarning[] {
  return [
    ...SECRETS.flatMap((setting) => warn(setting, given[setting] && checkSecret(setting, given[setting]))),
    ...warn('JWT_SECRET', checkRotation(given.JWT_SECRET)),
    ...warn('PUBLIC_URL', checkPublicUrl(given)),
    ...warn('REFERENCE_DELIVERY', checkDelivery(given)),
    ...warn('DATA_DIR', /^~|\$/.test(given.DATA_DIR ?? '') && '~ and $ are not expanded'),
    ...warnEach(dotenv?.cut, 'cut off in .env at a #, which starts a comment; put the value in quotes'),
    ...warnEach(dotenv?.unread, 'ignored in .env: the line has a colon instead of an equals sign'),
    ...warnEach(foreign, 'not a setting of this service; ignored'),
  ];
}

const warnEach = (settings: readonly string[] = [], warning: string): SettingWarning[] =>
  settings.map((setting) => ({ setting, warning }));

function warn(setting: string, warning: string | false | null | undefined): SettingWarning[] {
  return warning ? [{ setting, warning }] : [];
}

function checkSecret(setting: string, value: string): string | null {
  const isKey = setting === 'JWT_PUBLIC_KEY';
  if (PLACEHOLDER.test(value)) return 'looks like a placeholder';
  if (value.startsWith(`${setting}=`)) return 'begins with the name of the setting';
  if (/^bearer\s/i.test(value)) return 'begins with Bearer, which is not part of a token';
  if (/^["'`“‘]|["'`”’]$/.test(value)) return 'begins or ends with a quotation mark';
  if (!isKey && value.includes('-----BEGIN ')) return 'looks like PEM, but is used as plain text';
  if (!isKey && PATH.test(value))
    return `looks like a path, but is used as the value itself; use ${setting}_FILE for a file`;
  if (!isKey && /[\r\n]/.test(value)) return 'has more than one line';
  if (setting === 'JWT_SECRET' && /^https?:\/\//.test(value)) return 'looks like a URL; JWT_JWKS_URL reads a key set';
  const minimum = setting === 'JWT_SECRET' ? DISTINCT_CHARACTERS_MIN : 2;
  return value.length > 1 && new Set(value).size < minimum ? 'has too few distinct characters' : null;
}

/** A comma separates two secrets only if each part has at least 32 bytes; otherwise the value is one secret. */
function checkRotation(secret = ''): string | null {
  const parts = secret.split(',').map((part) => Buffer.byteLength(part.trim()));
  const isHalf = parts.length === 2 && Math.max(...parts) >= 32 && parts.some((bytes) => bytes > 0 && bytes < 32);
  return isHalf ? 'contains a comma but is used as one secret, because one part is shorter than 32 bytes' : null;
}

function checkPublicUrl({ PUBLIC_URL, NODE_ENV }: Given): string | null {
  if (PUBLIC_URL === undefined) {
    return NODE_ENV === 'production' ? 'not set in production: links to images point to localhost' : null;
  }
  const host = hostOf(PUBLIC_URL);
  if (/^(0\.0\.0\.0|\[::\])$/.test(host)) return 'a listen address, which other machines cannot reach';
  return NODE_ENV === 'production' && isThisMachine(host) ? 'points to this machine only' : null;
}

/** With `REFERENCE_DELIVERY=url` the provider must be able to reach PUBLIC_URL. */
function checkDelivery({ REFERENCE_DELIVERY, PUBLIC_URL, MINIMAX_API_KEY, MINIMAX_BASE_URL }: Given): string | null {
  if (REFERENCE_DELIVERY !== 'url' || MINIMAX_API_KEY === undefined) return null;
  const isRemote = !isThisMachine(hostOf(MINIMAX_BASE_URL ?? 'https://api.minimaxi.com'));
  return isRemote && isThisMachine(hostOf(PUBLIC_URL ?? 'http://localhost')) ? 'MiniMax cannot reach PUBLIC_URL' : null;
}

const hostOf = (url: string) => URL.parse(url)?.hostname ?? '';
const isThisMachine = (host: string) => /^(localhost|127\.[\d.]+|\[::1\])$/.test(host);
