import { SetMetadata } from '@nestjs/common';
import { Cron } from './cron';
import { defineWork, type Work, type WorkOptions } from './work';

/** Metadata keys of the decorators in here. */
export const HANDLES_WORK = 'jobtrail:handles-work';
export const REPEATED = 'jobtrail:repeated';

/** What a handler is called with besides the data. */
export interface WorkContext {
  /** Of this piece of work; the same at every attempt. */
  readonly id: string;
  /** 1 at the first time. */
  readonly attempt: number;
  /**
   * Fires when the worker is to stop, the time is up, or another worker has taken the work over: the handler is to end
   * soon, best by throwing. What ends by throwing because the worker stops is begun anew elsewhere, without counting.
   */
  readonly signal: AbortSignal;
}

/** Does a piece of work. May be called again for the same one: what it does has to bear that. */
export type WorkHandler<T extends object> = (data: T, context: WorkContext) => Promise<void>;

/** What `@HandlesWork` and `@Scheduled` say of a method. */
export interface HandledWork {
  readonly work: Work<object>;
  /** When it is due, in UTC; `undefined`: when it is sent. */
  readonly cron?: Cron;
}

/** What `@Repeated` says of a method. */
export interface RepeatedOptions {
  /** What it is called in the log and by `RepeatedWork.wake`. */
  readonly name: string;
}

/** A method that gives whether there is more to do at once. */
export type RepeatedMethod = (signal: AbortSignal) => Promise<boolean>;

/** A decorator of methods that can be called as `M`; they may take fewer parameters. */
type MethodOf<M> = <Method extends M>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** Has a provider's method do that work, wherever a worker runs. One method a kind of work. */
export const HandlesWork = <T extends object>(work: Work<T>): MethodOf<WorkHandler<T>> =>
  SetMetadata(HANDLES_WORK, { work } satisfies HandledWork);

/**
 * Has a provider's method called at the times that `cron` tells (minute, hour, day of the month, month, day of the
 * week; UTC), once over all processes. It is work of that name like any other: its queue is made by a migration, and a
 * failure is tried again. A time that passed while no worker ran is made up for, once, when one starts.
 * @throws Error for a line that tells no time
 */
export const Scheduled = (
  name: string,
  cron: string,
  options: WorkOptions = {},
): MethodOf<WorkHandler<Record<string, never>>> =>
  SetMetadata(HANDLES_WORK, {
    work: defineWork(name, options),
    cron: new Cron(cron),
  } satisfies HandledWork);

/**
 * Has a provider's method called again and again wherever a worker runs: at once while it gives that there is more,
 * then every second while there has been something lately, else every `WORKER_POLL_INTERVAL`. Every process with a
 * worker calls it; those share the work by locks of their own. After an error it pauses, longer each time.
 */
export const Repeated = (options: RepeatedOptions): MethodOf<RepeatedMethod> =>
  SetMetadata(REPEATED, options);
