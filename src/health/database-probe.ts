import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { AppConfig } from '../config';
import { isOutOfConnections, PoolUsage, ReservedConnection, unprepared } from '../platform/database';
import { withinAwake } from './within-awake';

/** Longest wait for Postgres. Milliseconds. */
export const PROBE_TIMEOUT = 1_000;

/** How long a result is told without asking again. Milliseconds. */
const FRESH = 1_000;

/**
 * What is waited for a new connection before it is given up. More than a probe is waited for: this process may be what was held
 * up, and finds the answer in its socket. Milliseconds.
 */
const CONNECTING = 3 * PROBE_TIMEOUT;

const ALIVE = unprepared('SELECT 1', 'health.alive');

/** Whether Postgres answers. */
export type DatabaseState = { readonly up: true } | { readonly up: false; readonly reason: string };

const UP: DatabaseState = { up: true };

/**
 * Finds out whether Postgres answers, by a connection of its own: in the pool a probe would wait behind requests, and an
 * instance whose connections are all at work is busy, not unready. The wait is bounded by a second, in which this
 * process was not held up itself. A result is told to
 * all who ask within the next second, and those who ask at once wait for one answer, so that probes cost nothing.
 */
@Injectable()
export class DatabaseProbe implements OnApplicationShutdown {
  private readonly logger = new Logger('Health');
  private readonly connection: ReservedConnection;
  private latest: DatabaseState = UP;
  private latestAt = -Infinity;
  /** The question that is told to all who ask meanwhile. */
  private looking: Promise<DatabaseState> | undefined;
  /** What was last asked of Postgres, while it is under way: also after it was waited for in vain. */
  private asking: Promise<unknown> | undefined;

  constructor(
    { database }: AppConfig,
    private readonly usage: PoolUsage,
  ) {
    this.connection = new ReservedConnection(database, {
      name: 'jobtrail health',
      statementTimeout: PROBE_TIMEOUT,
      patience: CONNECTING,
    });
  }

  /** Whether Postgres answers, at most about a second old. Never rejects. */
  state(): DatabaseState | Promise<DatabaseState> {
    if (performance.now() - this.latestAt < FRESH) return this.latest;
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  onApplicationShutdown(): Promise<void> {
    return this.connection.close();
  }

  private async look(): Promise<DatabaseState> {
    this.asking ??= this.connection.query(ALIVE).finally(() => (this.asking = undefined));
    const state = await withinAwake(this.asking, PROBE_TIMEOUT).then(
      () => UP,
      (error: unknown) => this.judge(error as Error),
    );
    if (state.up !== this.latest.up) {
      if (state.up) this.logger.log('Postgres answers again: ready');
      else this.logger.warn(`Not ready, Postgres is away: ${state.reason}`);
    }
    this.latestAt = performance.now();
    return (this.latest = state);
  }

  /** A server without room for one more connection serves those it has. */
  private judge(error: Error): DatabaseState {
    const { used, idle } = this.usage.now();
    if (isOutOfConnections(error) && used + idle > 0) return UP;
    return { up: false, reason: reasonOf(error) };
  }
}

/** For a log line, not for those who probe: it may name hosts. */
const reasonOf = (error: Error): string => {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  return (first ?? error).message;
};
