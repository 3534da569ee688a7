import { randomUUID } from 'node:crypto';
import { type CachePresence } from '../presence';
import { type MemoryVersions } from '../versions';
import { type Channel, type Mark } from './channel';

/** The channel of a process that shares its cache with nobody. */
export class MemoryChannel implements Channel {
  private readonly name = `process:${randomUUID()}`;

  constructor(
    private readonly versions: MemoryVersions,
    private readonly presence: CachePresence,
  ) {}

  async open(): Promise<void> {
    await this.presence.announceOn(this.name, false);
  }

  async mark(scope: string, writer: string): Promise<Mark> {
    const standing = await this.presence.beforeWrite();
    this.versions.mark(scope, writer);
    return { standing, at: undefined };
  }

  /** Its marks stand until they are taken away. */
  refresh(): Promise<Mark> {
    return Promise.resolve({ standing: this.presence.standing, at: undefined });
  }

  renew(scope: string, writer: string): Promise<boolean> {
    this.versions.renew(scope, writer);
    return Promise.resolve(true);
  }

  covers(): boolean {
    return true;
  }

  ages(): boolean {
    return false;
  }

  close(): void {
    // Nothing runs in the background.
  }
}
