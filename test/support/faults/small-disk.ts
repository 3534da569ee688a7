import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own with little room. */
export class SmallDisk {
  private readonly onExit = (): void => this.remove();

  private constructor(
    /** Where it is mounted. */
    readonly folder: string,
  ) {
    process.once('exit', this.onExit);
  }

  /** Makes one of so many MiB; gives `undefined` where this user may not mount any, as all but root. */
  static make(mebibytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'jobtrail-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], {
        stdio: 'ignore',
      });
    } catch {
      rmdirSync(folder);
      return undefined;
    }
    chmodSync(folder, 0o755);
    return new SmallDisk(folder);
  }

  /** Leaves no byte free. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (let size = 2 ** 20; size >= 1; size /= 2) writeWhile(file, Buffer.alloc(size));
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what `fill` took. */
  empty(): void {
    rmSync(this.filler, { force: true });
  }

  /** Unmounts it, whoever uses it still. Safe to call twice. */
  remove(): void {
    process.off('exit', this.onExit);
    try {
      execFileSync('umount', ['-l', this.folder], { stdio: 'ignore' });
      rmdirSync(this.folder);
    } catch {
      // It is gone.
    }
  }

  private get filler(): string {
    return join(this.folder, 'filler');
  }
}

const writeWhile = (file: number, bytes: Buffer): void => {
  try {
    for (;;) if (writeSync(file, bytes) < bytes.length) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
};
