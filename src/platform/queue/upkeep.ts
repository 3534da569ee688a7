import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database';
import { CLAIM_UPKEEP, FIND_ABANDONED } from './queue.statements';
import { QueueStore } from './queue-store';

/** At most so often, over all processes. Seconds. */
const EVERY = 60;

/** Most abandoned pieces of work at once. */
const BATCH = 100;

interface Abandoned {
  [column: string]: unknown;
  name: string;
  id: string;
  retries: number;
  retryLimit: number;
}

/** What pg-boss offers besides what its types say. */
interface Maintenance {
  archive(): Promise<void>;
  drop(): Promise<void>;
}

/** Gives work whose worker has died to others, and takes away what was done long ago. */
@Injectable()
export class Upkeep {
  private readonly logger = new Logger('Worker');
  private last = -Infinity;

  constructor(
    private readonly store: QueueStore,
    private readonly database: Database,
  ) {}

  /** Does it when it was not done for a minute, by any process. */
  async whenDue(): Promise<void> {
    const now = performance.now();
    if (now - this.last < EVERY * 1000) return;
    const claimed = await this.database.query(CLAIM_UPKEEP, [EVERY - 1]);
    this.last = now;
    if (claimed.length > 0) await this.run();
  }

  /** Does it now. */
  async run(): Promise<void> {
    while ((await this.failAbandoned()) === BATCH);
    const maintenance = this.store.boss as unknown as Maintenance;
    await maintenance.archive();
    await maintenance.drop();
  }

  private async failAbandoned(): Promise<number> {
    const found = await this.database.transaction(async () => {
      const abandoned = await this.database.query<Abandoned>(FIND_ABANDONED);
      for (const { name, id } of abandoned)
        await this.store.boss.fail(name, id, { message: 'Its worker ended or fell silent' });
      return abandoned;
    });
    for (const { name, id, retries, retryLimit } of found) {
      const line = { work: name, id, attempt: retries + 1 };
      if (retries >= retryLimit)
        this.logger.error(line, 'Work is dead: the worker of its last attempt fell silent');
      else this.logger.warn(line, 'The worker of this work fell silent: it will be tried again');
    }
    return found.length;
  }
}
