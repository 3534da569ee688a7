import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildServer, type ServerKind } from './child-server';
import { readRepositoryFile } from './repository-files';

/** What is another in tests: the port of everybody, and a folder that not everybody may write to. */
const [PORT, LOG] = ['    listen 80;\n', 'access_log /var/log/nginx/jobtrail.log '];

/**
 * The configuration that is given to people, for instances on these ports. It logs to `access.log` in the folder of nginx.
 * @throws Error when it looks otherwise
 */
export const deployedSite = (listen: string, instances: readonly number[]): string => {
  const site = readRepositoryFile('deploy/nginx/jobtrail.conf');
  const [servers, settings] = /(?: {4}server 127\.0\.0\.1:\d+ (.*;)\n)+/.exec(site) ?? [];
  if (servers === undefined || !site.includes(PORT) || !site.includes(LOG))
    throw new Error('jobtrail.conf is changed');
  return site
    .replace(servers, instances.map((port) => `    server 127.0.0.1:${port} ${settings}\n`).join(''))
    .replace(PORT, `    listen ${listen};\n`)
    .replace(LOG, 'access_log access.log ');
};

/** Writes what a whole nginx needs around a site, into a folder; gives how it is called. */
export const writeNginx = async (folder: string, site: string): Promise<string[]> => {
  await mkdir(join(folder, 'temporary'), { recursive: true });
  await writeFile(join(folder, 'site.conf'), site);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    join(folder, 'nginx.conf'),
    [
      'daemon off;',
      // One process, so that it has no children that outlive it.
      'master_process off;',
      'pid nginx.pid;',
      // As root it would become somebody who cannot enter the folder.
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      'error_log stderr notice;',
      'events { worker_connections 1024; }',
      'http {',
      ...temporary.map((name) => `  ${name}_temp_path temporary/${name};`),
      '  include site.conf;',
      '}',
      '',
    ].join('\n'),
  );
  return ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'stderr'];
};

/** Starts a real nginx with the site of `deploy/nginx` before instances on these ports. End it with `stop()`. */
export const startNginx = (file: string, instances: readonly number[]): Promise<ChildServer> => {
  const kind: ServerKind = {
    name: 'nginx',
    ready: /\[notice\] .*nginx\//,
    portTaken: /Address already in use/,
    prepare: async (folder, port) => ({
      file,
      args: await writeNginx(folder, deployedSite(`127.0.0.1:${port}`, instances)),
      env: {},
    }),
  };
  return ChildServer.start(kind);
};
