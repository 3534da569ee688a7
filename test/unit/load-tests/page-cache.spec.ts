import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetPages } from '../../../load-tests/run/small/page-cache';

describe('pages that the kernel keeps', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobtrail-pages-'));
    mkdirSync(join(folder, 'data'));
    for (const name of ['a', "b's own", 'c d'])
      writeFileSync(join(folder, 'data', name), Buffer.alloc(20_000));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** With a script that stands for `dd`. */
  const forget = (text: string): string | undefined => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/dd'), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, 'bin/dd'), 0o755);
    return forgetPages(join(folder, 'data'), { PATH: `${join(folder, 'bin')}:${process.env.PATH}` });
  };

  it('are forgotten of each file, whatever its name is', () => {
    expect(forget(`echo "$1" >> '${join(folder, 'asked')}'`)).toBeUndefined();
    expect(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n').sort()).toEqual(
      ['a', "b's own", 'c d'].map((name) => `if=${join(folder, 'data', name)}`),
    );
  });

  it('are told not to be forgotten when it fails for one of them', () => {
    const failing = `case "$1" in *"own") echo 'dd: no such flag' >&2; exit 1;; esac`;
    expect(forget(failing)).toBe('dd: no such flag');
  });

  it('are told not to be forgotten when it fails silently', () => {
    expect(forget('exit 1')).toMatch(/./);
  });
});
