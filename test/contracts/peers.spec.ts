import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS, REFERENCE } from '../../load-tests/peers/peers';
import { readPackageManifest, readRepositoryFile, repositoryRoot } from '../support/repository-files';

const FOLDER = 'load-tests/peers';

const own = JSON.parse(readRepositoryFile(`${FOLDER}/package.json`)) as {
  dependencies: Record<string, string>;
};
const lock = JSON.parse(readRepositoryFile(`${FOLDER}/package-lock.json`)) as {
  packages: Record<string, { version?: string; resolved?: string; link?: boolean }>;
};
const root = readPackageManifest();

describe('the packages of the peers', () => {
  it.each(Object.entries(own.dependencies))(
    'has %s at an exact version, %s, as in the lock file',
    (name, version) => {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
    },
  );

  it('has PostGraphile of the fourth line, since the fifth wants a newer Node', () => {
    expect(own.dependencies.postgraphile).toMatch(/^4\./);
  });

  it('are no dependencies of the product', () => {
    const product = Object.keys({ ...root.dependencies, ...root.devDependencies });
    expect(Object.keys(own.dependencies).filter((name) => product.includes(name))).toEqual([]);
  });

  it("are locked without the address of a registry, and without frameworks that are to be the product's", () => {
    const locked = Object.entries(lock.packages);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    const names = locked.map(([path]) => path);
    expect(names).not.toContain('node_modules/typeorm');
    expect(names).not.toContain('node_modules/@nestjs/core');
  });

  it('reach Postgres by the same version of pg as the product', () => {
    expect(lock.packages['node_modules/pg']?.version).toBe(root.dependencies.pg);
  });
});

describe('npm run peers', () => {
  it('runs a script that is there', () => {
    const script = /load-tests\/\S+\.ts$/.exec(root.scripts.peers ?? '')?.[0];
    expect(script).toBe(`${FOLDER}/main.ts`);
    expect(existsSync(join(repositoryRoot, script!))).toBe(true);
  });

  it('imports only packages that are installed for it or for the product', () => {
    const known = [...Object.keys(own.dependencies), ...Object.keys(root.dependencies)];
    const servers = readdirSync(join(repositoryRoot, FOLDER, 'servers'));
    expect(servers.length).toBeGreaterThan(0);
    for (const server of servers) {
      const text = readRepositoryFile(`${FOLDER}/servers/${server}`);
      const imported = [...text.matchAll(/(?:from|import) '([^.'][^']*)'/g)].map(([, name = '']) => name);
      expect(imported.filter((name) => !name.startsWith('node:') && !known.includes(name))).toEqual([]);
    }
  });

  it('compares everybody with the program without its cache, and has it with its cache too', () => {
    expect(PEERS).toContain(REFERENCE);
    expect(REFERENCE.cached).toBe(false);
    expect(PEERS.filter(({ cached }) => cached === true)).toHaveLength(1);
    expect(new Set(PEERS.map(({ name }) => name)).size).toBe(PEERS.length);
  });

  it('is described with all that it compares', () => {
    const described = readRepositoryFile('load-tests/README.md');
    expect(described).toContain('`npm run peers`');
    for (const name of ['PostGraphile', 'NestJS', '@dataui/crud', 'Feathers'])
      expect(described).toContain(name);
  });
});
