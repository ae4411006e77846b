import { distance } from './distance.ts';

/** Prefixes that only this service uses. An unknown name with one is a mistake, even if it resembles no setting. */
const OUR_PREFIXES =
  /^(MINIMAX|GENERATION_|QUEUE_|USER_DAILY_|USER_ACTIVE_|DAILY_IMAGE|RATE_LIMIT_PER_|DOWNLOAD_|REFERENCE_DELIVERY|SHUTDOWN_GRACE|IMAGE_|FILE_URL_|RESULT_TTL|JWT_|AIGC_)/;

/** Names of other software with these prefixes: MiniMax's own tools, queues of web frameworks, build pipelines. */
const FOREIGN_NAMES = [
  /^MINIMAX_(GROUP_ID|API_HOST|API_RESOURCE_MODE|MCP_\w+)$/,
  /^QUEUE_(CONNECTION|DRIVER|URL|NAME|HOST|USER(NAME)?|PASSWORD|PREFIX)$/,
  /^IMAGE_(TAG|NAME|VERSION|REPO|REPOSITORY|REGISTRY|DIGEST|SHA|ID|REF|REVISION|ARCH|OS|BUILD\w*)$/,
  /^DOWNLOAD_(DIR|DIRECTORY|FOLDER|PATH|URL)$/,
  /^JWT_(EXPIR\w*|TTL|LIFETIME|REFRESH\w*|ACCESS\w*|COOKIE\w*)$/,
];

/** Variables that Kubernetes and Docker set in every container for a Service or a link of that name. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?|ENV_\w+)$/;
const LINKED_VALUE = /^((tcp|udp|sctp):\/\/|\/[^/\s]+\/[^/\s]+$)/;

/** Settings too short or too common for a similar name to count as a misspelling. */
const COMMON = new Set(['HOST', 'PORT', 'ROLE', 'NODE_ENV', 'DATA_DIR', 'LOG_LEVEL', 'MODELS']);
/** Largest edit distance of a misspelling, in letters. A more distant name without our prefixes is not ours. */
const MISSPELLING_DISTANCE = 2;

export interface UnknownNames {
  /** One line for each unknown name that can only be meant for this service. */
  faults: string[];
  /** Names that have our prefixes and are known to belong to other software. */
  foreign: string[];
}

/** `known` are our settings. Ignores a name that neither resembles one nor has our prefixes. */
export function findUnknownNames(given: Readonly<Record<string, string>>, known: readonly string[]): UnknownNames {
  const found: UnknownNames = { faults: [], foreign: [] };
  for (const [name, value] of Object.entries(given)) {
    if (known.includes(name) || !/^[\w.-]+$/.test(name)) continue;
    const upper = name.toUpperCase().replace(/[-.]/g, '_');
    if (SERVICE_LINK.test(upper) || (/_(PORT|NAME)$/.test(upper) && LINKED_VALUE.test(value))) continue;
    if (FOREIGN_NAMES.some((pattern) => pattern.test(upper))) found.foreign.push(name);
    else if (OUR_PREFIXES.test(upper) || isMisspelt(upper, known)) found.faults.push(describe(name, upper, known));
  }
  return found;
}

/** The first letter must match: R2_BUCKET and OSS_BUCKET are as close to S3_BUCKET as a misspelling is. */
function isMisspelt(name: string, known: readonly string[]): boolean {
  return known.some(
    (setting) => !COMMON.has(setting) && setting[0] === name[0] && distance(name, setting) <= MISSPELLING_DISTANCE,
  );
}

function describe(name: string, upper: string, known: readonly string[]): string {
  const shared = (setting: string) => setting.split('_').filter((word) => upper.split('_').includes(word)).length;
  const [nearest] = known
    .map((setting) => ({ setting, editDistance: distance(upper, setting), shared: shared(setting) }))
    .sort(
      (a, b) =>
        Number(b.editDistance <= MISSPELLING_DISTANCE) - Number(a.editDistance <= MISSPELLING_DISTANCE) ||
        b.shared - a.shared ||
        a.editDistance - b.editDistance,
    );
  return `${name}: there is no such setting${nearest ? `; the nearest is ${nearest.setting}` : ''}`;
}
