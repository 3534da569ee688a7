/** How the process is, over one interval of about a second that has just ended. */
export interface Vitals {
  /** When it was measured, milliseconds since 1970. */
  readonly at: number;
  readonly cpu: {
    /** CPU time of all threads of the process of what it could have had in the interval, 0 to 100. */
    readonly percent: number;
    /** The same over the last ten seconds: a burst of one second is no trouble. */
    readonly recentPercent: number;
    /** CPUs that it may use, with fractions: the quota of its container, else those of the machine; of several processes, its part. */
    readonly cpus: number;
  };
  readonly memory: {
    /** Bytes of memory that the process has. */
    readonly rss: number;
    /** Bytes that it may have: the limit of its container, else the memory of the machine; of several processes, its part. */
    readonly limit: number;
    /** `rss` of `limit`, 0 to 100. */
    readonly percent: number;
    /** Bytes of buffers and the like outside V8's heap, part of `rss`. */
    readonly external: number;
  };
  readonly heap: {
    /** Bytes of V8's heap in use, garbage that is not collected yet included. */
    readonly used: number;
    /** Bytes that V8 has reserved for it so far. */
    readonly total: number;
    /** Bytes at which V8 ends the process (`--max-old-space-size`). */
    readonly limit: number;
    /** `used` of `limit`, 0 to 100. */
    readonly percent: number;
  };
  readonly eventLoop: {
    /** Milliseconds that the event loop was late, on average. */
    readonly mean: number;
    /** The same, 99th percentile. */
    readonly p99: number;
    /** The same, at most. */
    readonly max: number;
    /** Part of the interval that the event loop was at work, 0 to 100: at 100 the process can serve no more. */
    readonly utilization: number;
    /** The same over the last ten seconds. */
    readonly recentUtilization: number;
  };
  /** Load average of the machine over 1, 5 and 15 minutes; zeros on Windows. */
  readonly load: readonly [number, number, number];
  /** Seconds since the process started. */
  readonly uptime: number;
}
