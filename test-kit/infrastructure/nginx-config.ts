import { readFileSync } from 'node:fs';

interface Options {
  /** The port on loopback. */
  port: string;
  /** The ports of the two API processes. */
  apiPorts: string[];
  /** The folder for its logs and temporary files. */
  dir: string;
}

/** Returns deploy/nginx.conf with the addresses and folders of this machine, and without TLS. */
export function nginxConfig({ port, apiPorts, dir }: Options): string {
  const ports = apiPorts.values();
  const http = readFileSync(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8')
    .replace(/ {4}server \{\s+listen 80;.*?\n {4}\}\n/s, '') // the redirect to TLS
    .replace(/listen 443 .*;/, `listen 127.0.0.1:${port};`)
    .replace(/^.*(ssl_|Strict-Transport-Security|server_name).*\n/gm, '')
    .replace(/\/var\/log\/nginx\//g, `${dir}/`)
    .replace(/server [\d.]+:8080/g, () => `server 127.0.0.1:${ports.next().value}`)
    .replace('http {', `http {\n${TEMPORARY.map((name) => `    ${name}_temp_path ${dir}/${name};`).join('\n')}`);
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `daemon off;\n${user}pid ${dir}/nginx.pid;\nerror_log ${dir}/error.log;\n${http}`;
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
