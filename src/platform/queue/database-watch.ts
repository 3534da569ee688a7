import { Injectable, Logger } from '@nestjs/common';
import { isConnectionFailure, isDatabaseUnavailable } from '../database';

/** Pauses after failures, the first and the longest. Milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Milliseconds to wait before what has failed so many times in a row (1 and more) is tried again. */
export const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(10, failures - 1)) * (0.75 + Math.random() / 4);

/** Says once that the worker has lost its database, and once that it has it again, whoever of it notices how often. */
@Injectable()
export class DatabaseWatch {
  private readonly logger = new Logger('Worker');
  private away = false;

  /** What asked the database has got an answer. */
  answered(): void {
    if (!this.away) return;
    this.away = false;
    this.logger.log('The database is there again: work goes on');
  }

  /** Takes note of an error. Gives whether it says that the database is away: then it needs no line of its own. */
  failed(error: unknown): boolean {
    if (!isConnectionFailure(error)) return isDatabaseUnavailable(error) && this.away;
    if (!this.away)
      this.logger.warn({ err: error }, 'The database cannot be reached: work waits until it is back');
    this.away = true;
    return true;
  }
}
