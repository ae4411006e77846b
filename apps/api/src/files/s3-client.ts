import type { S3 } from '@aws-sdk/client-s3';

export interface S3Settings {
  bucket: string;
  region: string;
  /** Default: AWS. */
  endpoint?: string;
  /** Default: the credentials of the machine, found by the SDK (instance role, mounted token, profile). */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export interface S3Limits {
  /**
   * How long a connection may be idle, in milliseconds; default 30 s. Also ends a download whose reader has stopped.
   */
  idleTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** Bound on one try, up to the first byte of its response. */
const ANSWER_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 30_000;
const TRIES = 3;
/** A download holds one socket for as long as the client takes. A request that gets none in time fails. */
const SOCKETS = 500;

/** Stores that refuse a bucket in the path. All others accept it there, also those whose endpoint is an IP address. */
const VIRTUAL_HOSTED = /\.(aliyuncs\.com|myqcloud\.com|tencentcos\.cn|volces\.com|ivolces\.com|amazonaws\.com(\.cn)?)$/;

/** Whether the bucket goes into the path of a URL, instead of in front of its host. */
export function isPathStyle(endpoint: string | undefined): boolean {
  return endpoint !== undefined && !VIRTUAL_HOSTED.test(new URL(endpoint).hostname);
}

/** Creates a client that uses only what every S3-compatible store supports, with a time limit on each step. */
export async function createS3Client(
  { region, endpoint, credentials }: S3Settings,
  { idleTimeoutMs = IDLE_TIMEOUT_MS }: S3Limits = {},
): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3'); // slow to load, so only processes that use it load it
  return new S3({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    forcePathStyle: isPathStyle(endpoint),
    maxAttempts: TRIES,
    // The default checksums would turn every upload into aws-chunked, which OSS and others refuse.
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
