import { Injectable } from '@nestjs/common';
import { Database } from '../database';
import { LEASE } from './queue.statements';
import { QueueStore } from './queue-store';
import { Wakeups } from './wakeups';
import { type Work } from './work';

/** How a piece of work may be sent. */
export interface SendOptions {
  /** A UUID that names it: sent again under the same id it is one piece of work. Remembered for 12 hours after it is done. */
  readonly id?: string;
  /** When it is due: a time, or seconds from now. Default at once. */
  readonly startAfter?: Date | number;
}

/** Where work is left for a worker. */
@Injectable()
export class WorkQueue {
  constructor(
    private readonly store: QueueStore,
    private readonly database: Database,
    private readonly wakeups: Wakeups,
  ) {}

  /**
   * Leaves a piece of work. In a running `Database.transaction` it is there when that is committed, and else was never
   * sent. A worker in this process begins at once, others by `WORKER_POLL_INTERVAL`.
   * @returns its id; `undefined` when work of the given id is there already
   * @throws Error when no migration has made the queue; what the database throws
   */
  async send<T extends object>(
    work: Work<T>,
    data: T,
    options: SendOptions = {},
  ): Promise<string | undefined> {
    const { id, startAfter } = options;
    const sent = await this.store.boss.send(work.name, data, {
      ...(id === undefined ? {} : { id }),
      ...(startAfter === undefined ? {} : { startAfter }),
      retryLimit: work.retries,
      retryDelay: work.retryDelay,
      retryBackoff: true,
      expireInSeconds: LEASE,
    });
    if (sent === null) {
      if (id === undefined) throw new Error(`There is no queue ${work.name}: a migration has to make it`);
      return undefined;
    }
    const wake = (): void => this.wakeups.ring(work.name);
    const later = this.database.afterTransaction((failure) => {
      if (failure === undefined) wake();
      return Promise.resolve();
    });
    if (!later) wake();
    return sent;
  }
}
