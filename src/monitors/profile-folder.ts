import { constants } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** What may be deleted: only what a process like this one has named. The name begins with the time, so it sorts by it. */
const OURS = /^cpu-\d{4}-\d{2}-\d{2}T[\d-]+Z-\d+\.cpuprofile(\.part)?$/;

/** How much the folder may hold. */
export interface FolderBounds {
  maxFiles: number;
  maxBytes: number;
}

/** A folder of profiles that does not grow beyond its bounds: the oldest go. Other files in it are left alone. */
export class ProfileFolder {
  constructor(
    private readonly path: string,
    private readonly bounds: FolderBounds,
  ) {}

  /**
   * Whether the process may write into the folder or, where it is not there yet, make it; makes nothing.
   * @throws what the file system throws
   */
  async assertWritable(): Promise<void> {
    const path = await nearest(resolve(this.path));
    await access(path, constants.W_OK | constants.X_OK);
  }

  /**
   * Keeps a profile.
   * @returns the path of its file; `undefined` where it is larger than all of the folder may be
   * @throws what the file system throws
   */
  async keep(content: string, at: Date): Promise<string | undefined> {
    const bytes = Buffer.byteLength(content);
    if (bytes > this.bounds.maxBytes) return undefined;
    await mkdir(this.path, { recursive: true });
    await this.makeRoom(bytes);
    const file = join(
      this.path,
      `cpu-${at.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.cpuprofile`,
    );
    const part = `${file}.part`;
    try {
      await writeFile(part, content, { mode: 0o600 });
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      throw error;
    }
    return file;
  }

  private async makeRoom(bytes: number): Promise<void> {
    const names = (await readdir(this.path)).filter((name) => OURS.test(name)).sort();
    const sizes = await Promise.all(names.map((name) => sizeOf(join(this.path, name))));
    let total = sizes.reduce((sum, size) => sum + size, 0);
    for (const [index, name] of names.entries()) {
      const left = names.length - index;
      if (left < this.bounds.maxFiles && total + bytes <= this.bounds.maxBytes) return;
      await rm(join(this.path, name), { force: true });
      total -= sizes[index] ?? 0;
    }
  }
}

/** A path, or what is nearest above it and is there. */
const nearest = async (path: string): Promise<string> => {
  try {
    await stat(path);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return nearest(dirname(path));
  }
};

/** Another process that shares the folder may have deleted it meanwhile. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
