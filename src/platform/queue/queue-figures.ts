import { Injectable } from '@nestjs/common';
import { FiguresConnection } from '../database';
import { QUEUE_FIGURES, UPKEEP_AGE } from './queue.statements';

/** How one kind of work stands, over all processes. */
export interface QueueFigure {
  [column: string]: unknown;
  name: string;
  /** Due, and not begun. */
  waiting: number;
  /** Put off: to be begun, or tried again, later. */
  putOff: number;
  running: number;
  /** Dead: all its attempts have failed. Kept for 30 days. */
  failed: number;
  /** Seconds since the earliest of what is waiting became due; 0 where nothing is. */
  oldestSeconds: number;
}

/** The whole queue. */
export interface QueueState {
  works: QueueFigure[];
  /** Seconds since any worker last saw to the queue, which each does every minute or so; `null`: none ever has. */
  upkeepSeconds: number | null;
}

/** Counts what is in the queue. */
@Injectable()
export class QueueFigures {
  constructor(private readonly connection: FiguresConnection) {}

  /** How it is now: two statements, the one over all work but what is done. */
  async read(): Promise<QueueState> {
    const works = await this.connection.read<QueueFigure>(QUEUE_FIGURES);
    const { seconds } = await this.connection.readOne<{ seconds: number | null }>(UPKEEP_AGE);
    return { works, upkeepSeconds: seconds };
  }
}
