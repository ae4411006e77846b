import { execFileSync } from 'node:child_process';

/** Returns the ids of the processes on this machine whose command line contains `named`. Zombies are left out. */
export function findProcesses(named: string): number[] {
  return list().flatMap(({ pid, args }) => (args.includes(named) ? [pid] : []));
}

export function isRunning(pid: number): boolean {
  return list().some((running) => running.pid === pid);
}

function list(): { pid: number; args: string }[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, stat = '', args = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || stat.startsWith('Z') ? [] : [{ pid: Number(pid), args }];
  });
}
