import { ImageError } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { ConfigError } from '../src/config.ts';
import { describeStartFailure } from '../src/start-failure.ts';
import { StoreOpenError } from '../src/store/shared/store-open-error.ts';

const fault = (code: string, message: string) => Object.assign(new Error(message), { code });

test.each([
  [new StoreOpenError('the folder is in use'), 'the folder is in use'],
  [new ConfigError(['PORT: one fault', 'HOST: another']), 'PORT: one fault\nHOST: another'],
  [fault('ENOSPC', 'no space left on device'), 'DATA_DIR cannot be used: no space left on device'],
  [fault('SQLITE_FULL', 'database or disk is full'), 'DATA_DIR cannot be used: database or disk is full'],
  [
    new ImageError('unavailable', { cause: fault('SQLITE_IOERR_WRITE', 'disk I/O error') }),
    'DATA_DIR cannot be used: disk I/O error',
  ],
])('reports %s to the operator in one line', (error, line) => {
  expect(describeStartFailure(error)).toBe(line);
});

test.each([[new TypeError('a bug')], [fault('SQLITE_CONSTRAINT', 'NOT NULL')], ['thrown text']])(
  'leaves %s undescribed, as an internal error to be logged whole',
  (error) => {
    expect(describeStartFailure(error)).toBeNull();
  },
);
