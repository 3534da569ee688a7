import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config';
import { Database } from './database';

/** How the connections of this process to Postgres are used at one moment. */
export interface PoolSample {
  /** Lent to someone, or being opened for someone. */
  readonly used: number;
  /** Open and free. */
  readonly idle: number;
  /** Requests in line for one. */
  readonly waiting: number;
  /** `DB_MAX_CONNECTIONS`. */
  readonly max: number;
  /** `used` of `max`, 0 to 100. */
  readonly percent: number;
  /** Milliseconds that the request which has waited longest has waited; 0: none has to wait. */
  readonly longestWait: number;
}

/** Looks at the pool; costs nothing, since the pool counts anyway. */
@Injectable()
export class PoolUsage {
  constructor(
    private readonly database: Database,
    private readonly config: AppConfig,
  ) {}

  /** How it is right now. */
  now(): PoolSample {
    const { totalCount, idleCount, waitingCount } = this.database.pool;
    const max = this.config.database.maxConnections;
    const used = totalCount - idleCount;
    return {
      used,
      idle: idleCount,
      waiting: waitingCount,
      max,
      percent: (100 * used) / max,
      longestWait: this.database.longestWait,
    };
  }
}
