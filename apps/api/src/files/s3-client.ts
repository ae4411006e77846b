import type { S3 } from '@aws-sdk/client-s3';

export interface S3Settings {
  bucket: string;
  region: string;
  /** Unset: AWS. */
  endpoint?: string;
  /** Unset: what the machine is granted, found by the SDK (instance role, mounted token, profile). */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export interface S3Limits {
  /** How long nothing may pass on a connection; 30 s. Also ends a download whose reader has stopped reading. */
  idleTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** One try, to the first byte of its answer. */
const ANSWER_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 30_000;
const TRIES = 3;
/** Downloads hold one each for as long as the phone takes; what finds none in time fails. */
const SOCKETS = 500;

/** Stores that refuse a bucket in the path. All others take it there, also those whose endpoint is a bare address. */
const VIRTUAL_HOSTED = /\.(aliyuncs\.com|myqcloud\.com|tencentcos\.cn|volces\.com|ivolces\.com|amazonaws\.com(\.cn)?)$/;

/** Whether the bucket goes into the path of a URL, or in front of its host. */
export function isPathStyle(endpoint: string | undefined): boolean {
  return endpoint !== undefined && !VIRTUAL_HOSTED.test(new URL(endpoint).hostname);
}

/** A client that speaks only what every S3-compatible store understands, each step of it within a bound. */
export async function createS3Client(
  { region, endpoint, credentials }: S3Settings,
  { idleTimeoutMs = IDLE_TIMEOUT_MS }: S3Limits = {},
): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3'); // takes a while to load: only those who use it wait
  return new S3({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    forcePathStyle: isPathStyle(endpoint),
    maxAttempts: TRIES,
    // Checksums by default would turn every upload into aws-chunked, which OSS and others refuse.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      socketTimeout: idleTimeoutMs,
      httpAgent: { maxSockets: SOCKETS },
      httpsAgent: { maxSockets: SOCKETS },
    },
  });
}
