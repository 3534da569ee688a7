import { performance } from 'node:perf_hooks';
import { type RedisLink, type RedisSession } from '../../redis';
import { type CachePresence, type Standing } from '../presence';
import { MARK_MILLISECONDS, type RedisVersions } from '../versions';
import { type Channel, type Mark } from './channel';
import { WritesUnderWay } from './writes-under-way';

/** After so long, entering again is tried when the database refused it. Milliseconds. */
const ENTER_AGAIN_AFTER = 1_000;

/** Marks remembered that may have to be taken away later. */
const MOST_LEFT = 10_000;

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
  private closed = false;
  private readonly underWay = new WritesUnderWay();
  /** Whether writes under way are being marked anew, and the channel entered. */
  private entering = false;
  /** Marks of writes that may stand although their writers are done with them, and until when. */
  private readonly left = new Map<string, { scope: string; until: number }>();
  private readonly address: URL;

  constructor(
    private readonly link: RedisLink,
    private readonly versions: RedisVersions,
    private readonly presence: CachePresence,
  ) {
    this.address = new URL(link.config.url);
  }

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

  async mark(scope: string, writer: string): Promise<Mark> {
    for (;;) {
      const standing = await this.presence.beforeWrite();
      if (standing.channel === null) {
        if (!this.entering) return this.begin(scope, writer, standing, undefined);
        await this.changing;
        continue;
      }
      const at = performance.now();
      if (!this.reaches(standing.channel)) {
        // Another Redis is there, or none.
        await (this.changing ?? this.detach(standing));
      } else if (await succeeds(this.versions.mark(scope, writer))) {
        if (this.entering) await this.changing;
        else if (this.presence.standing === standing) return this.begin(scope, writer, standing, at);
      } else {
        // A Redis that was frozen makes the mark when it goes on.
        this.leave(scope, writer);
        await this.detach(standing);
      }
    }
  }

  async refresh(scope: string, writer: string): Promise<Mark> {
    const { standing } = this.presence;
    const at = performance.now();
    await this.versions.mark(scope, writer);
    return { standing, at };
  }

  /** Without an answer the mark stands, and has taken the version with it when it runs out. */
  async renew(scope: string, writer: string): Promise<boolean> {
    const { channel } = this.presence.standing;
    const heard = this.reaches(channel);
    this.underWay.end(writer);
    if (await succeeds(this.versions.renew(scope, writer))) {
      this.left.delete(writer);
      return heard;
    }
    this.leave(scope, writer);
    return false;
  }

  /**
   * A mark stands in the Redis that it was made in, and is seen by all who are on it. A write without one was
   * made while nobody served from the cache, and that lasts for as long as this process does not enter again.
   */
  covers({ standing, at }: Mark): boolean {
    const { channel, turn } = this.presence.standing;
    if (at === undefined) return turn === standing.turn;
    if (performance.now() - at > MARK_MILLISECONDS * 0.9) return false;
    return turn === standing.turn || (channel === null && turn === standing.turn + 1);
  }

  ages(markedAt: number): boolean {
    return performance.now() - markedAt > MARK_MILLISECONDS / 4;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
  }

  /** Whether the Redis that answers now is that of a channel. */
  private reaches(channel: string | null): boolean {
    const { session } = this.link;
    return session !== undefined && this.nameOf(session) === channel;
  }

  /** @throws what the database throws: nobody could be told, and the write must not be made */
  private detach(from: Standing): Promise<void> {
    return this.change(async () => {
      // Another write may have seen to it, or Redis have come back, since this one failed.
      if (this.presence.standing.turn !== from.turn) return;
      await this.presence.announceOn(null, false);
      if (this.link.session !== undefined) this.attachLater();
    });
  }

  private async attach(): Promise<void> {
    const attached = this.change(async () => {
      // Writes that wait for the others to stop serving begin first, or they would have to wait anew.
      if (this.presence.standing.channel === null) await this.presence.leasesEnded();
      const { session } = this.link;
      if (session === undefined) return;
      this.entering = true;
      try {
        await this.markUnderWay(session);
        await this.presence.announceOn(this.nameOf(session), session.serverId === undefined);
      } finally {
        this.entering = false;
      }
      this.takeAwayLeft();
    });
    await attached.catch(() => this.attachLater());
  }

  private begin(scope: string, writer: string, standing: Standing, at: number | undefined): Mark {
    // An attempt that failed is not to be taken back any more: it would take this mark with it.
    this.left.delete(writer);
    return this.underWay.begin(scope, writer, standing, at);
  }

  /** @throws when a mark could not be made */
  private async markUnderWay(session: RedisSession): Promise<void> {
    // One that does not tell its process may have been restarted and forgotten them.
    const isFresh = (at: number): boolean => session.serverId !== undefined && !this.ages(at);
    const mark = (scope: string, writer: string): Promise<void> => this.versions.mark(scope, writer);
    const ended = await this.underWay.markOn(this.nameOf(session), isFresh, mark);
    for (const { scope, writer } of ended) this.leave(scope, writer);
  }

  private leave(scope: string, writer: string): void {
    if (this.left.size < MOST_LEFT)
      this.left.set(writer, { scope, until: performance.now() + MARK_MILLISECONDS });
  }

  /** So that what was written while Redis was away need not wait for its marks to run out to be cached. */
  private takeAwayLeft(): void {
    for (const [writer, { scope, until }] of this.left) {
      this.left.delete(writer);
      if (performance.now() < until) void this.renew(scope, writer);
    }
  }

  private attachLater(): void {
    clearTimeout(this.retry);
    if (this.closed) return;
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
    const { host, pathname } = this.address;
    return `redis:${serverId ?? host}:${Number(pathname.slice(1))}:${this.link.config.keyPrefix}`;
  }
}

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
