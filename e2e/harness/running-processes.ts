import { execFileSync } from 'node:child_process';

/** The processes of this machine whose command line names something; one that has ended and waits to be noticed is none. */
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
