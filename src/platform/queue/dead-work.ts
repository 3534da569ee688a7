import { Injectable } from '@nestjs/common';
import { Database } from '../database';
import { LIST_DEAD, REVIVE } from './queue.statements';

/** A piece of work whose attempts have all failed. */
export interface DeadWork {
  [column: string]: unknown;
  name: string;
  id: string;
  /** When it was given up. */
  at: Date;
  attempts: number;
  /** What the last attempt failed with. */
  reason: string | null;
}

/** Work that was given up; kept for 30 days. */
@Injectable()
export class DeadLetters {
  constructor(private readonly database: Database) {}

  /** The latest first. */
  list(limit = 100): Promise<DeadWork[]> {
    return this.database.read<DeadWork>(LIST_DEAD, [limit]);
  }

  /** Puts one piece of dead work, or all, back into the queue as if it had just been sent. Gives how many. */
  async revive(id?: string): Promise<number> {
    return (await this.database.query(REVIVE, [id ?? null])).length;
  }
}
