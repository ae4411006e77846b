import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { embedPostgres } from '@darkroom/test-kit/infrastructure/embed-postgres';
import { nginxConfig } from '@darkroom/test-kit/infrastructure/nginx-config';
import { bucketSettings, startS3 } from '@darkroom/test-kit/infrastructure/s3-server';
import { findTool } from '@darkroom/test-kit/process/system-tools';

/**
 * Runs the services below a deployment's processes as a separate process: PostgreSQL, an S3 store, and nginx in front
 * if the machine has it. It writes the API's settings for them to `dir`/infrastructure.env and then notifies its parent.
 * It ends when its parent ends, and ignores the parent's Ctrl+C.
 */

const { values, positionals } = parseArgs({
  options: { dir: { type: 'string', default: 'data/cluster' }, port: { type: 'string', default: '8080' } },
  allowPositionals: true, // the ports of the API processes
});
const { dir } = values;
const postgres = await embedPostgres({ folder: path.join(dir, 'postgres') });
const s3 = await startS3({ dir: path.join(dir, 's3') });
const bucket = await s3.createBucket('darkroom');
const nginx = startProxy();

process.once('disconnect', async () => {
  nginx?.kill('SIGQUIT'); // lets running responses finish
  await s3.close();
  await postgres.stop();
  process.exit();
});
const settings = {
  DATABASE_URL: postgres.url,
  ...bucketSettings(bucket),
};
const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
writeFileSync(path.join(dir, 'infrastructure.env'), lines.join(''));
process.send?.('ready');

function startProxy() {
  const command = findTool('nginx');
  if (command === undefined) return null;
  const folder = path.join(dir, 'nginx');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(file, nginxConfig({ port: values.port, apiPorts: positionals, dir: folder }));
  return spawn(command, ['-c', file, '-p', folder], { stdio: 'inherit' });
}
