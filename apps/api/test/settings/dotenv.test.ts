import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { SECRET, settingsReader } from './read-settings.ts';

const { dir } = settingsReader();

describe('.env', () => {
  beforeEach(() => {
    const before = process.cwd();
    mkdirSync(path.join(dir(), 'cwd'));
    process.chdir(path.join(dir(), 'cwd'));
    vi.stubEnv('NODE_ENV', 'test');
    vi.stubEnv('DATA_DIR', dir());
    return () => process.chdir(before);
  });
  afterEach(() => void vi.unstubAllEnvs());

  const line = `JWT_SECRET=${SECRET}\n`;
  test.each<[string, Uint8Array]>([
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${line}`, 'utf16le')],
    ['UTF-16 in the other byte order', Buffer.from(`\ufeff${line}`, 'utf16le').swap16()],
    ['UTF-16 without a byte order mark', Buffer.from(line, 'utf16le')],
    ['with a NUL byte', Buffer.from(`${line}A=\0`)],
    ['GBK', Buffer.concat([Buffer.from(`${line}# `), Buffer.from([0xc3, 0xdc, 0xd4, 0xbf])])],
  ])('stops the start with one line if it is %s', (_, bytes) => {
    writeFileSync('.env', bytes);
    expect(loadConfig).toThrow(/^\.env cannot be read: it [^\n]*UTF-8 text[^\n]*$/);
  });

  test('is reported as UTF-16 if it begins with that byte order mark', () => {
    writeFileSync('.env', Buffer.from(`\ufeff${line}`, 'utf16le'));
    expect(loadConfig).toThrow('.env cannot be read: it is UTF-16, and has to be UTF-8 text');
  });

  test('accepts the line endings of any system', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      writeFileSync('.env', [`JWT_SECRET=${SECRET}`, 'PORT=1111', 'QUEUE_LIMIT=5', ''].join(end));
      expect(loadConfig()).toMatchObject({ PORT: 1111, QUEUE_LIMIT: 5, jwtKey: { secret: SECRET } });
    }
  });

  test('reports a value that is cut at a #, unless the environment sets the name', () => {
    writeFileSync('.env', `JWT_SECRET=${SECRET}#more\nMETRICS_TOKEN="a#b"\nPORT=1111 # a comment\nOTHER=a#b\n`);
    expect(loadConfig().warnings).toEqual([{ setting: 'JWT_SECRET', warning: expect.stringContaining('#') }]);
    vi.stubEnv('JWT_SECRET', SECRET);
    expect(loadConfig().warnings).toEqual([]);
  });

  test('reports a line with a colon in place of the equals sign', () => {
    writeFileSync('.env', `MINIMAX_API_KEY: sk-0123456789\n${line}OTHER: 1\nPUBLIC_URL=https://a.example\n`);
    expect(loadConfig().warnings).toEqual([{ setting: 'MINIMAX_API_KEY', warning: expect.stringContaining('colon') }]);
  });

  test('accepts quotes around a value and none within it', () => {
    writeFileSync('.env', `JWT_SECRET="${SECRET}"\n`);
    expect(loadConfig().jwtKey).toEqual({ kind: 'secret', secret: SECRET });
    writeFileSync('.env', `JWT_SECRET='"${SECRET}"'\n`);
    expect(loadConfig).toThrow(/^JWT_SECRET: is in quotes/);
  });

  test('stops the start at a misspelt name', () => {
    writeFileSync('.env', `${line}MINIMAX_RMP=5\n`);
    expect(loadConfig).toThrow('MINIMAX_RMP: there is no such setting; the nearest is MINIMAX_RPM');
  });

  test('supplies a value whose environment variable holds only white space', () => {
    writeFileSync('.env', `${line}PORT=1111\n`);
    vi.stubEnv('PORT', ' ');
    expect(loadConfig().PORT).toBe(1111);
  });
});
