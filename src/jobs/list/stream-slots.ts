import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../config';
import { Unavailable } from '../../platform/http';
import { type JobRowsStream } from './job-rows.stream';

/** Streams that one owner's jobs may be read by at once. */
const PER_OWNER = 2;

/** Without a row for so long, a stream is cut once the program is to end. Milliseconds. */
const STALL_AFTER_AT_SHUTDOWN = 1_000;

/** The right to one stream; given back by `release`, which may be called more than once. */
export interface StreamSlot {
  /** The stream that has it, which is cut when it stalls while the program ends. */
  hold(stream: JobRowsStream): void;
  release(): void;
}

/**
 * Bounds the streams of an instance, each of which keeps a database connection for as long as its reader likes:
 * `MAX_EXPORTS` and never more than a quarter of the pool, but always one; and two an owner.
 */
@Injectable()
export class StreamSlots implements BeforeApplicationShutdown {
  /** Milliseconds without a row after which a new stream counts as stalled. */
  stallAfter: number;

  private readonly taken = new Map<StreamSlot, { ownerId: string; stream?: JobRowsStream }>();
  private readonly most: number;

  constructor(config: AppConfig) {
    this.stallAfter = config.http.clientTimeout;
    const quarter = Math.floor(config.database.maxConnections / 4);
    this.most = Math.max(1, Math.min(config.limits.maxExports, quarter));
  }

  /** @throws Unavailable when all are taken, or the owner has two */
  take(ownerId: string): StreamSlot {
    const own = [...this.taken.values()].filter((each) => each.ownerId === ownerId).length;
    if (own >= PER_OWNER) {
      throw new Unavailable(`${PER_OWNER} exports of these jobs are running. Try again when one has ended.`);
    }
    if (this.taken.size >= this.most) {
      throw new Unavailable('As many exports as this instance can run are running. Try again shortly.');
    }
    const slot: StreamSlot = {
      hold: (stream) => {
        this.taken.set(slot, { ownerId, stream });
      },
      release: () => {
        this.taken.delete(slot);
      },
    };
    this.taken.set(slot, { ownerId });
    return slot;
  }

  /** Who still reads may do so to the end; who does not read would keep the server from closing. */
  beforeApplicationShutdown(): void {
    this.stallAfter = Math.min(this.stallAfter, STALL_AFTER_AT_SHUTDOWN);
    for (const { stream } of this.taken.values()) stream?.stallAfter(this.stallAfter);
  }
}
