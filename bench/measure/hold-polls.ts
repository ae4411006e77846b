import { get } from 'node:http';
import net from 'node:net';
import { WAIT_SECONDS_MAX } from '@darkroom/contracts/limits';
import { GENERATION_PATH } from '@darkroom/contracts/rest';

/** A job and the token of its user. */
export interface OwnedJob {
  jobId: string;
  token: string;
}

/** When a poll was answered, in milliseconds since the epoch, and with which job. */
interface PollAnswer {
  at: number;
  jobId: string;
  /** When the job changed last, by the server's clock. */
  changedAt: number;
}

export interface HeldPolls {
  /** Those that are held now. */
  open(): number;
  /** Answers with a change, since the last time that it was called. */
  takeAnswers(): PollAnswer[];
  /** Resolves when every poll has been answered with a change or its connection has ended. */
  ended: Promise<void>;
  /** From now on every answer ends its poll, also one without a change: the server is about to stop. */
  expectAnyAnswer(): void;
  /** Ends all connections. */
  close(): void;
}

/** Connections that are opened at once. */
const OPENED_AT_ONCE = 64;
const TURNS = 3;
/** A version that no job has: the poll ends when the job does, or by itself. */
const NO_VERSION = 1_000;

/**
 * Opens long polls, each on a connection of its own, and resolves when the server has read them all. A poll that ends
 * by itself without a change is sent again, as clients do.
 */
export async function holdPolls(url: string, jobs: readonly OwnedJob[], pollsPerJob: number): Promise<HeldPolls> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<net.Socket>();
  let answers: PollAnswer[] = [];
  let isAnyExpected = false;
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });

  function hold({ jobId, token }: OwnedJob): Promise<void> {
    const request =
      `GET ${GENERATION_PATH}/${jobId}?wait_seconds=${WAIT_SECONDS_MAX}&after_version=${NO_VERSION} HTTP/1.1\r\n` +
      `Host: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const socket = net.connect(Number(port), hostname);
    sockets.add(socket);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const answer = readAnswer(text);
      if (!answer) return;
      text = '';
      if (!answer.hasEnded && !isAnyExpected) return void socket.write(request);
      answers.push({ at: Date.now(), jobId, changedAt: answer.changedAt });
      socket.end();
      drop(socket);
    });
    socket.on('error', () => {}); // the close shows it
    socket.on('close', () => drop(socket));
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => socket.write(request, () => resolve()));
    });
  }

  function drop(socket: net.Socket): void {
    sockets.delete(socket);
    if (sockets.size === 0) end();
  }

  const wanted = jobs.flatMap((job) => Array.from({ length: pollsPerJob }, () => job));
  let next = 0;
  const open = async () => {
    for (let job = wanted[next++]; job; job = wanted[next++]) await hold(job);
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, open));
  await readAll(url);

  return {
    open: () => sockets.size,
    takeAnswers() {
      const taken = answers;
      answers = [];
      return taken;
    },
    ended,
    expectAnyAnswer() {
      isAnyExpected = true;
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Connections are accepted in their order, so an answer on a later one says that the server has the earlier ones. What it
 * still has to read of them it reads in the next turns of its event loop.
 */
async function readAll(url: string): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise<void>((resolve, reject) => {
      const request = get(`${url}/health/live`, { agent: false }, (answer) => void answer.resume().on('end', resolve));
      request.on('error', reject);
    });
  }
}

function readAnswer(text: string): { hasEnded: boolean; changedAt: number } | null {
  const bodyAt = text.indexOf('\r\n\r\n');
  if (bodyAt < 0 || !text.endsWith('}')) return null;
  const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
  if (status !== '200') throw new Error(`A poll was answered with ${text.slice(0, 300)}`);
  const updatedAt = /"updated_at":"([^"]+)"/.exec(text)?.[1] ?? '';
  return { hasEnded: /"status":"(COMPLETED|FAILED)"/.test(text), changedAt: Date.parse(updatedAt) };
}
