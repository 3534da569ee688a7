import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProfileFolder } from '../../../src/monitors/profile-folder';

let parent: string;
let path: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'jobtrail-profiles-'));
  path = join(parent, 'diagnostics');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 31, 23, 59, second));
const contents = (): string[] =>
  readdirSync(path)
    .sort()
    .map((name) => readFileSync(join(path, name), 'utf8'));

describe('The folder of profiles', () => {
  it('is made, and keeps a profile for its owner alone under the time it was taken', async () => {
    const file = await new ProfileFolder(path, { maxFiles: 3, maxBytes: 1000 }).keep('{}', at(1));
    expect(file).toBe(join(path, `cpu-2026-01-31T23-59-01-000Z-${process.pid}.cpuprofile`));
    expect(readFileSync(file ?? '', 'utf8')).toBe('{}');
    expect(statSync(file ?? '').mode & 0o077).toBe(0);
  });

  it('holds no more files than it may: the oldest go', async () => {
    const folder = new ProfileFolder(path, { maxFiles: 3, maxBytes: 1000 });
    for (const second of [1, 2, 3, 4, 5]) await folder.keep(`${second}`, at(second));
    expect(contents()).toEqual(['3', '4', '5']);
  });

  it('holds no more bytes than it may, and nothing that is larger than all of that', async () => {
    const folder = new ProfileFolder(path, { maxFiles: 10, maxBytes: 10 });
    await folder.keep('aaaa', at(1));
    await folder.keep('bbbb', at(2));
    await folder.keep('cccccc', at(3));
    expect(contents()).toEqual(['bbbb', 'cccccc']);
    expect(await folder.keep('12345678901', at(4))).toBeUndefined();
    expect(contents()).toEqual(['bbbb', 'cccccc']);
  });

  it('leaves the files of others alone', async () => {
    const folder = new ProfileFolder(path, { maxFiles: 1, maxBytes: 1000 });
    await folder.keep('1', at(1));
    for (const name of ['notes.txt', 'cpu-mine.cpuprofile', 'aaa']) writeFileSync(join(path, name), name);
    await folder.keep('2', at(2));
    expect(contents().sort()).toEqual(['2', 'aaa', 'cpu-mine.cpuprofile', 'notes.txt']);
  });

  it('tells that it cannot be written', async () => {
    writeFileSync(path, 'no folder');
    await expect(new ProfileFolder(path, { maxFiles: 1, maxBytes: 1000 }).keep('1', at(1))).rejects.toThrow(
      /E(EXIST|NOTDIR)/,
    );
  });

  it('can be written where it can be made, and is not made for that', async () => {
    const folder = (where: string): ProfileFolder =>
      new ProfileFolder(where, { maxFiles: 1, maxBytes: 1000 });
    await expect(folder(join(path, 'of', 'them')).assertWritable()).resolves.toBeUndefined();
    expect(existsSync(path)).toBe(false);
    await folder(path).keep('1', at(1));
    await expect(folder(path).assertWritable()).resolves.toBeUndefined();
    writeFileSync(join(path, 'file'), '');
    await expect(folder(join(path, 'file', 'of')).assertWritable()).rejects.toThrow('ENOTDIR');
    await expect(folder(join(path, 'file')).assertWritable()).rejects.toThrow('EACCES');
  });

  // The superuser may write everywhere: nothing to be seen there.
  if (process.getuid?.() !== 0)
    it('cannot be written where that is not allowed', async () => {
      chmodSync(parent, 0o500);
      const folder = new ProfileFolder(path, { maxFiles: 1, maxBytes: 1000 });
      await expect(folder.assertWritable()).rejects.toThrow('EACCES');
      chmodSync(parent, 0o700);
    });
});
