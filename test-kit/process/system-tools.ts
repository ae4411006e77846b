import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** A program that tests use and npm does not install. */
export interface SystemTool {
  name: string;
  usedBy: string;
  /** The install command on Debian and Ubuntu. */
  install: string;
  /** Returns its path, or undefined if this machine has none. */
  find(): string | undefined;
}

const TOOLS = {
  chromium: {
    name: 'Chromium',
    usedBy: 'the stories on the page, from photo to result',
    install: 'apt-get install -y chromium',
    find: () =>
      firstExecutable([
        process.env.CHROMIUM_PATH,
        '/usr/bin/chromium',
        '/usr/bin/chromium-browser',
        '/usr/bin/google-chrome',
      ]),
  },
  chineseFont: {
    name: 'a Chinese font',
    usedBy: 'the stories that take screenshots, and images with drawn text',
    install: 'apt-get install -y fonts-noto-cjk',
    find: () => spawnSync('fc-list', [':lang=zh', 'file'], { encoding: 'utf8' }).stdout?.split(':')[0] || undefined,
  },
  exiftool: {
    name: 'exiftool',
    usedBy: 'the checks of the AIGC label by an independent reader',
    install: 'apt-get install -y libimage-exiftool-perl',
    find: () => onPath('exiftool'),
  },
  nginx: {
    name: 'nginx',
    usedBy: 'the proxy in front of `npm run cluster`, and the check of its configuration',
    install: 'apt-get install -y nginx-light',
    find: () => firstExecutable(['/usr/sbin/nginx']) ?? onPath('nginx'),
  },
  caddy: {
    name: 'Caddy',
    usedBy: 'the stories of refusals behind a proxy',
    install: 'apt-get install -y caddy',
    find: () => onPath('caddy'),
  },
  prlimit: {
    name: 'prlimit',
    usedBy: 'the stories of a full disk',
    install: 'apt-get install -y util-linux',
    find: () => onPath('prlimit'),
  },
} satisfies Record<string, SystemTool>;

/** Returns the path of a tool, or undefined: `const chromium = findTool('chromium'); describe.skipIf(!chromium)(…)`. */
export function findTool(name: keyof typeof TOOLS): string | undefined {
  return TOOLS[name].find();
}

export function missingTools(): SystemTool[] {
  return Object.values(TOOLS).filter((candidate) => candidate.find() === undefined);
}

function onPath(command: string): string | undefined {
  return firstExecutable((process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, command)));
}

function firstExecutable(candidates: (string | undefined)[]): string | undefined {
  return candidates.find((file) => file && isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
