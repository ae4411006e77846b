import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';

/** The sender: without a token, a user, or a user who has used up their rate limit. */
type Sender = 'nobody' | 'user' | 'busy';

/** A request with a body of some size that must be refused. */
export interface Refusal {
  name: string;
  method: string;
  path: string;
  sender: Sender;
  type: string;
  status: number;
  /** The parts of the body before and after its filling. */
  around: [string, string];
}

const FORM = 'multipart/form-data; boundary=x';
const formOf = (field: string): [string, string] => [
  `--x\r\nContent-Disposition: form-data; name="${field}"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
  '\r\n--x--\r\n',
];
const upload = { method: 'POST', path: UPLOADS_PATH, sender: 'user', type: FORM, around: formOf('file') } as const;

export const REFUSALS: readonly Refusal[] = [
  { ...upload, name: '401', sender: 'nobody', status: 401, around: formOf('file') },
  { ...upload, name: '404', path: '/nowhere', status: 404, around: formOf('file') },
  { ...upload, name: '405', method: 'PUT', status: 405, around: formOf('file') },
  { ...upload, name: '413', path: GENERATION_PATH, type: 'application/json', status: 413, around: ['"', '"'] },
  { ...upload, name: '415', type: 'application/json', status: 415, around: ['"', '"'] },
  { ...upload, name: 'wrong field', status: 400, around: formOf('image') },
  { ...upload, name: 'no boundary', type: 'multipart/form-data', status: 400, around: formOf('file') },
  { ...upload, name: '429', sender: 'busy', status: 429, around: formOf('file') },
];

export const SIZES = { '1 kB': 1_000, '0.3 MB': 300_000, '1 MB': 1_000_000, '10 MB': 10_000_000, '40 MB': 40_000_000 };
export type Size = keyof typeof SIZES;

const UPLOAD_LIMIT = 20 * 1024 * 1024;
const JSON_LIMIT = 16 * 1024 * 1024;

/** The possible status codes at this size; empty if there is no such refusal. */
export function statusesOf({ name, path, status }: Refusal, bytes: number, isProxied: boolean): number[] {
  if (name === '413') return bytes > JSON_LIMIT ? [413] : [];
  if (isProxied && bytes > UPLOAD_LIMIT) return [413, status]; // whichever answers first
  return [path === UPLOADS_PATH && status !== 401 && bytes > UPLOAD_LIMIT ? 413 : status];
}

export function bodyOf({ around: [before, behind] }: Refusal, bytes: number): Buffer {
  return Buffer.concat([Buffer.from(before), Buffer.alloc(bytes, 'a'), Buffer.from(behind)]);
}
