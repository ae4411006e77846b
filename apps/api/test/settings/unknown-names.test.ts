import { describe, expect, test } from 'vitest';
import { settingsReader } from './read-settings.ts';

const { read, faultsOf } = settingsReader();

describe('an unknown name that begins like one of the settings', () => {
  test.each([
    ['MINIMAX_RMP', 'MINIMAX_RPM'],
    ['MINIMAX_KEY', 'MINIMAX_API_KEY'],
    ['MINIMAX_APIKEY', 'MINIMAX_API_KEY'],
    ['MINIMAX_TIMEOUT', 'MINIMAX_TIMEOUT_MS'],
    ['minimax_rpm', 'MINIMAX_RPM'],
    ['MINIMAX-RPM', 'MINIMAX_RPM'],
    ['MINMAX_API_KEY', 'MINIMAX_API_KEY'],
    ['GENERATION_CONCURENCY', 'GENERATION_CONCURRENCY'],
    ['JWT_SECERT', 'JWT_SECRET'],
    ['JWT_SECRETS', 'JWT_SECRET'],
    ['JWT_JWKS_URI', 'JWT_JWKS_URL'],
    ['QUEUE_LIMITS', 'QUEUE_LIMIT'],
    ['QUEUE_TTL', 'QUEUE_TTL_MS'],
    ['USER_DAILY_IMAGE', 'USER_DAILY_IMAGES'],
    ['RATE_LIMIT_PER_MIN', 'RATE_LIMIT_PER_MINUTE'],
    ['DOWNLOAD_TIMEOUT', 'DOWNLOAD_TIMEOUT_MS'],
    ['IMAGE_QUALTY', 'IMAGE_QUALITY'],
    ['METRIC_TOKEN', 'METRICS_TOKEN'],
    ['METRICS_TOKEN_FLIE', 'METRICS_TOKEN_FILE'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['PUBLIC_URI', 'PUBLIC_URL'],
    ['S3_BUKET', 'S3_BUCKET'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['AIGC_PROPOGATOR', 'AIGC_PROPAGATOR'],
  ])('stops the start for %s with one line that suggests %s', (name, nearest) => {
    expect(faultsOf({ [name]: '5' })).toEqual([`${name}: there is no such setting; the nearest is ${nearest}`]);
  });

  test('is ignored without a value', () => {
    expect(faultsOf({ MINIMAX_RMP: '', JWT_SECERT: ' ' })).toEqual([]);
  });
});

describe('names of other software do not stop the start', () => {
  const SERVICES = Object.fromEntries(
    ['MINIMAX', 'QUEUE', 'IMAGE', 'JWT', 'S3', 'DOWNLOAD_WORKER'].flatMap((service) => [
      [`${service}_SERVICE_HOST`, '10.0.0.1'],
      [`${service}_SERVICE_PORT`, '80'],
      [`${service}_SERVICE_PORT_HTTP`, '80'],
      [`${service}_PORT`, 'tcp://10.0.0.1:80'],
      [`${service}_PORT_80_TCP`, 'tcp://10.0.0.1:80'],
      [`${service}_PORT_80_TCP_PROTO`, 'tcp'],
      [`${service}_PORT_80_TCP_PORT`, '80'],
      [`${service}_PORT_80_TCP_ADDR`, '10.0.0.1'],
      [`${service}_NAME`, '/darkroom/queue'],
      [`${service}_ENV_PATH`, '/usr/bin'],
    ]),
  );

  test.each([
    ['of services in Kubernetes and Docker', SERVICES],
    [
      'of shells, runtimes and platforms',
      {
        PATH: '/usr/bin',
        HOSTNAME: 'a',
        HOST_NAME: 'a',
        PORTS: '1',
        LOGLEVEL: 'INFO',
        DATADIR: '/var/lib',
        XDG_DATA_DIRS: '/usr/share',
        NODE_OPTIONS: '--enable-source-maps',
        NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
        HTTPS_PROXY: 'http://proxy:3128',
        AWS_REGION: 'eu-west-1',
        R2_BUCKET: 'a',
        OSS_BUCKET: 'a',
        DATABASE_HOST: 'db',
        DATABASE_POOL: '5',
        S3_FORCE_PATH_STYLE: 'true',
        RATE_LIMIT_MAX: '10',
        USER: 'darkroom',
        PUBLIC_KEY: 'a',
        npm_config_loglevel: 'info',
        ImageVersion: '20260101.1',
      },
    ],
  ])('ignores the names %s', (_, env) => {
    expect(read(env)).toEqual(read());
  });

  test('logs that names which begin like a setting are ignored', () => {
    const env = {
      MINIMAX_GROUP_ID: '1',
      MINIMAX_API_HOST: 'https://api.minimax.io',
      IMAGE_TAG: '1',
      JWT_EXPIRES_IN: '1h',
    };
    expect(read(env).warnings.map(({ setting }) => setting)).toEqual(Object.keys(env));
  });
});
