import { distance } from './distance.ts';

/** Nobody else's names begin so: what is not known there is a mistake, also one that looks like none of ours. */
const OURS_ALONE =
  /^(MINIMAX|GENERATION_|QUEUE_|USER_DAILY_|USER_ACTIVE_|DAILY_IMAGE|RATE_LIMIT_PER_|DOWNLOAD_|REFERENCE_DELIVERY|SHUTDOWN_GRACE|IMAGE_|FILE_URL_|RESULT_TTL|JWT_|AIGC_)/;

/** Names of other software that begin so all the same: MiniMax's own tools, queues of web frameworks, build pipelines. */
const OF_OTHERS = [
  /^MINIMAX_(GROUP_ID|API_HOST|API_RESOURCE_MODE|MCP_\w+)$/,
  /^QUEUE_(CONNECTION|DRIVER|URL|NAME|HOST|USER(NAME)?|PASSWORD|PREFIX)$/,
  /^IMAGE_(TAG|NAME|VERSION|REPO|REPOSITORY|REGISTRY|DIGEST|SHA|ID|REF|REVISION|ARCH|OS|BUILD\w*)$/,
  /^DOWNLOAD_(DIR|DIRECTORY|FOLDER|PATH|URL)$/,
  /^JWT_(EXPIR\w*|TTL|LIFETIME|REFRESH\w*|ACCESS\w*|COOKIE\w*)$/,
];

/** What Kubernetes and Docker put into every container for a Service or a link of that name. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?|ENV_\w+)$/;
const LINKED_VALUE = /^((tcp|udp|sctp):\/\/|\/[^/\s]+\/[^/\s]+$)/;

/** Too short, or too common, for a name like them to be one of them misspelt. */
const COMMON = new Set(['HOST', 'PORT', 'ROLE', 'NODE_ENV', 'DATA_DIR', 'LOG_LEVEL']);
/** Of letters: beyond it a name outside our own beginnings is somebody else's. */
const MISSPELT = 2;

export interface UnknownNames {
  /** One line for each name that can only be meant for us. */
  faults: string[];
  /** Names that begin like ours and are known to be others'. */
  foreign: string[];
}

/** `known` are our settings. What is neither misspelt nor begins like ours is nobody's business here. */
export function findUnknownNames(given: Readonly<Record<string, string>>, known: readonly string[]): UnknownNames {
  const found: UnknownNames = { faults: [], foreign: [] };
  for (const [name, value] of Object.entries(given)) {
    if (known.includes(name) || !/^[\w.-]+$/.test(name)) continue;
    const upper = name.toUpperCase().replace(/[-.]/g, '_');
    if (SERVICE_LINK.test(upper) || (/_(PORT|NAME)$/.test(upper) && LINKED_VALUE.test(value))) continue;
    if (OF_OTHERS.some((pattern) => pattern.test(upper))) found.foreign.push(name);
    else if (OURS_ALONE.test(upper) || isMisspelt(upper, known)) found.faults.push(describe(name, upper, known));
  }
  return found;
}

/** R2_BUCKET and OSS_BUCKET are as near to S3_BUCKET as a misspelling is: the first letter has to be right. */
function isMisspelt(name: string, known: readonly string[]): boolean {
  return known.some((setting) => !COMMON.has(setting) && setting[0] === name[0] && distance(name, setting) <= MISSPELT);
}

function describe(name: string, upper: string, known: readonly string[]): string {
  const shared = (setting: string) => setting.split('_').filter((word) => upper.split('_').includes(word)).length;
  const [nearest] = known
    .map((setting) => ({ setting, apart: distance(upper, setting), shared: shared(setting) }))
    .sort(
      (a, b) => Number(b.apart <= MISSPELT) - Number(a.apart <= MISSPELT) || b.shared - a.shared || a.apart - b.apart,
    );
  return `${name}: there is no such setting${nearest ? `; the nearest is ${nearest.setting}` : ''}`;
}
