import { performance } from 'node:perf_hooks';
import { type RedisLink, type RedisSession } from '../../redis';
import { type CachePresence } from '../presence';
import { MARK_MILLISECONDS, type RedisVersions } from '../versions';
import { type Channel } from './channel';

/** After so long, entering again is tried when the database refused it. Milliseconds. */
const ENTER_AGAIN_AFTER = 1_000;

/**
 * The channel of the instances on one Redis, where writes are marked. It is named after the process of Redis
 * that answers: one that was restarted, or another one that took over, may have forgotten versions or remember
 * old ones, and so is another channel, with which `CachePresence` begins a new generation of the cache.
 *
 * When a mark cannot be made, the process detaches: it enters with no channel, so that nobody serves from the
 * cache any more, and its writes go unmarked until Redis is there again and the process has entered anew.
 */
export class RedisChannel implements Channel {
  private changing: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly link: RedisLink,
    private readonly versions: RedisVersions,
    private readonly presence: CachePresence,
  ) {}

  async open(): Promise<void> {
    this.link.onChange((session) => {
      // At once: what answers from now on may tell other versions.
      this.presence.suspend();
      if (session !== undefined) void this.attach();
    });
    await this.link.start();
    if (this.link.session === undefined) await this.presence.announceOn(null, false);
    else await this.changing;
  }

  async mark(scope: string, writer: string): Promise<boolean> {
    for (;;) {
      await this.presence.beforeWrite();
      const { channel } = this.presence;
      if (channel === null) return false;
      try {
        await this.versions.mark(scope, writer);
      } catch {
        await this.detach();
        continue;
      }
      if (this.presence.channel === channel) return true;
    }
  }

  async refresh(scope: string, writer: string): Promise<void> {
    await this.versions.mark(scope, writer);
  }

  async renew(scope: string, writer: string): Promise<void> {
    if (this.changing !== undefined) await this.changing;
    if (this.presence.channel === null) return;
    // Without an answer: the mark stands, and has taken the version with it when it runs out.
    await this.versions.renew(scope, writer).catch(() => undefined);
  }

  holds(markedAt: number): boolean {
    return performance.now() - markedAt < MARK_MILLISECONDS * 0.9;
  }

  ages(markedAt: number): boolean {
    return performance.now() - markedAt > MARK_MILLISECONDS / 4;
  }

  close(): void {
    clearTimeout(this.retry);
  }

  /** @throws what the database throws: nobody could be told, and the write must not be made */
  private detach(): Promise<void> {
    return this.change(async () => {
      // Another write may have seen to it, or Redis have come back, since this one failed.
      if (this.presence.channel === null) return;
      await this.presence.announceOn(null, false);
      if (this.link.session !== undefined) this.attachLater();
    });
  }

  private async attach(): Promise<void> {
    const attached = this.change(async () => {
      const { session } = this.link;
      if (session === undefined) return;
      await this.presence.announceOn(this.nameOf(session), session.serverId === undefined);
    });
    await attached.catch(() => this.attachLater());
  }

  private attachLater(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.attach(), ENTER_AGAIN_AFTER).unref();
  }

  /** One change after the other. */
  private async change(work: () => Promise<void>): Promise<void> {
    const done = (this.changing ?? Promise.resolve()).then(work);
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (this.changing === settled) this.changing = undefined;
      });
    this.changing = settled;
    await done;
  }

  /** A server that does not tell its process is known by its address; every connection then begins a generation. */
  private nameOf({ serverId }: RedisSession): string {
    const { url, keyPrefix } = this.link.config;
    const { host, pathname } = new URL(url);
    return `redis:${serverId ?? host}:${Number(pathname.slice(1))}:${keyPrefix}`;
  }
}
