import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/**
 * Where the process is in its life. `starting`: it does not listen yet. `serving`: it takes requests. `draining`: it is
 * to end; it answers what still comes for a while, but wants no more.
 */
export type Phase = 'starting' | 'serving' | 'draining';

/**
 * The phase of the process, for those who behave differently by it: readiness, answers, metrics. It only goes forward,
 * and knows no time: `src/start` decides when.
 */
@Injectable()
export class Lifecycle implements OnModuleDestroy {
  private current: Phase = 'starting';
  private readonly drainListeners: (() => void)[] = [];
  private readonly overdueListeners: (() => void)[] = [];

  get phase(): Phase {
    return this.current;
  }

  /** Whether the process is to end, so that nothing new should be sent to it. */
  get isDraining(): boolean {
    return this.current === 'draining';
  }

  /** The process listens (or, as a worker apart, works). Nothing once it drains. */
  serving(): void {
    if (this.current === 'starting') this.current = 'serving';
  }

  /** The process is to end. The second time nothing happens. */
  drain(): void {
    if (this.current === 'draining') return;
    this.current = 'draining';
    for (const listener of this.drainListeners) listener();
  }

  /** Has `listener` called when draining begins; it must not throw. */
  onDrain(listener: () => void): void {
    this.drainListeners.push(listener);
  }

  /** The time is over that what is under way was given to end: it is cut. */
  overdue(): void {
    for (const listener of this.overdueListeners) listener();
  }

  /** Has `listener` called when that is so; it must not throw. */
  onOverdue(listener: () => void): void {
    this.overdueListeners.push(listener);
  }

  /** The first of Nest's hooks of an end: whoever closes the application has it drain at least from here on. */
  onModuleDestroy(): void {
    this.drain();
  }
}
