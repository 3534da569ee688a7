/** How busy the process is, at one look. */
export interface LoadSample {
  /**
   * How long the request has waited that has waited longest for a database connection, as a part of the time after
   * which it is refused; 0 while none has to wait.
   */
  readonly line: number;
  /** Milliseconds that the event loop is late on average since the last look. */
  readonly eventLoop: number;
  /** Part of the heap's limit that is used. */
  readonly heap: number;
  /** Part of the memory that the process may use which it has. */
  readonly memory: number;
}

/** What a process can run out of. */
export type Signal = keyof LoadSample;

/** From which value of each signal on a level is reached, and below which it is left again. */
export type Thresholds = Readonly<Record<Signal, { readonly from: number; readonly until: number }>>;
