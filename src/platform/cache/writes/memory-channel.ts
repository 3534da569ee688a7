import { randomUUID } from 'node:crypto';
import { type CachePresence } from '../presence';
import { type MemoryVersions } from '../versions';
import { type Channel } from './channel';

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

  async mark(scope: string, writer: string): Promise<boolean> {
    await this.presence.beforeWrite();
    this.versions.mark(scope, writer);
    return true;
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  renew(scope: string, writer: string): Promise<void> {
    this.versions.renew(scope, writer);
    return Promise.resolve();
  }

  /** Its marks are for this process; what others may serve is a matter of being seen by them. */
  holds(): boolean {
    return false;
  }

  ages(): boolean {
    return false;
  }

  close(): void {
    // Nothing runs in the background.
  }
}
