import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { installOwn } from '../run/install-own';
import { ROOT } from '../bench/processes';

const FOLDER = join(ROOT, 'load-tests', 'peers');

/** Where modules are looked for first in this folder's `node_modules`, and tools that check files do not look. */
const OUT = join(FOLDER, 'node_modules', '.cache', 'servers');

/** What the servers are made of. */
const SOURCES = ['load-tests/peers/servers', 'load-tests/bench/contestants', 'src/platform', 'src/config'];

/** Installs the peers in this folder, by its own lock file, when they are not there. */
export const installPeers = (): void =>
  installOwn(
    FOLDER,
    join(FOLDER, 'node_modules', 'postgraphile', 'package.json'),
    'The peers are installed in load-tests/peers by npm ci: once, some 45 MB.',
  );

/** Compiles the servers as the program is compiled: compiling while starting would count as their start. */
export const compileServers = (): void => {
  const options = ['--quiet', '--delete-dir-on-start', '--config-file', '.swcrc', '--out-dir', OUT];
  execFileSync(join(ROOT, 'node_modules', '.bin', 'swc'), [...SOURCES, ...options], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
};

/** A compiled server, by its path from the root without its ending. */
export const compiled = (path: string): string => join(OUT, `${path}.js`);
