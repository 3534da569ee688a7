import { chmod, cp, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaryPackage, prepareBinaries } from '../../src/platform/database/embedded/binaries';
import { EmbeddedPostgresFixture } from '../support/embedded-postgres-fixture';

const asRoot = process.getuid?.() === 0 ? it : it.skip;
/** The user nobody. */
const NOBODY = 65534;
const fixture = EmbeddedPostgresFixture.forEachTest();

describe('the Postgres programs', () => {
  it('completes an installation whose install script did not run', async () => {
    const original = await findBinaryPackage();
    const source = { folder: join(fixture.folder, 'package'), version: 'test' };
    await copyAsWithoutScripts(original.folder, source.folder);
    const binaries = await prepareBinaries(
      source,
      join(fixture.folder, 'copies'),
      undefined,
      () => undefined,
    );
    expect(binaries.postgres).toBe(join(source.folder, 'native', 'bin', 'postgres'));
    expect(await readdir(join(source.folder, 'native', 'lib'))).toContain('libpq.so.5');
  });

  asRoot('copies the programs, with their links, when only root can enter their folder', async () => {
    const original = await findBinaryPackage();
    const closed = join(fixture.folder, 'closed');
    const source = { folder: join(closed, 'package'), version: 'test' };
    await copyAsWithoutScripts(original.folder, source.folder);
    await chmod(closed, 0o700);
    const user = { uid: NOBODY, gid: NOBODY };
    const binaries = await prepareBinaries(source, join(fixture.folder, 'copies'), user, () => undefined);
    expect(binaries.postgres).toBe(join(fixture.folder, 'copies', 'test', 'native', 'bin', 'postgres'));
    expect(await readdir(join(fixture.folder, 'copies', 'test', 'native', 'lib'))).toContain('libpq.so.5');
  });

  it('asks for DATABASE_URL or a full install when the Postgres package is not there', async () => {
    await expect(findBinaryPackage(fixture.folder)).rejects.toThrow(
      /Set DATABASE_URL, or install with development dependencies/,
    );
  });
});

/** Copies the package as an install without scripts leaves it: no symbolic links, no executable programs. */
async function copyAsWithoutScripts(from: string, to: string): Promise<void> {
  const isNoLink = async (path: string): Promise<boolean> => !(await lstat(path)).isSymbolicLink();
  await cp(from, to, { recursive: true, filter: isNoLink });
  for (const name of await readdir(join(to, 'native', 'bin')))
    await chmod(join(to, 'native', 'bin', name), 0o644);
}
