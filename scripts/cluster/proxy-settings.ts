import { readFileSync } from 'node:fs';

interface Here {
  /** Loopback. */
  port: string;
  /** Of the two api processes. */
  apiPorts: string[];
  /** For its logs and whatever it sets aside. */
  dir: string;
}

/** deploy/nginx.conf, but for what differs on one's own machine: addresses, folders, and no TLS. */
export function proxySettings({ port, apiPorts, dir }: Here): string {
  const ports = apiPorts.values();
  const http = readFileSync(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8')
    .replace(/ {4}server \{\s+listen 80;.*?\n {4}\}\n/s, '') // to TLS
    .replace(/listen 443 .*;/, `listen 127.0.0.1:${port};`)
    .replace(/^.*(ssl_|Strict-Transport-Security|server_name).*\n/gm, '')
    .replace(/\/var\/log\/nginx\//g, `${dir}/`)
    .replace(/server [\d.]+:8080/g, () => `server 127.0.0.1:${ports.next().value}`)
    .replace('http {', `http {\n${TEMPORARY.map((name) => `    ${name}_temp_path ${dir}/${name};`).join('\n')}`);
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `daemon off;\n${user}pid ${dir}/nginx.pid;\nerror_log ${dir}/error.log;\n${http}`;
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
