/** What the supervisor of several processes says to one of them. */
export type ToProcess =
  /** End in order, as on SIGTERM. */
  | { readonly type: 'stop' }
  /** Open the log file anew, as on SIGHUP. */
  | { readonly type: 'hangUp' }
  /** Say that you are there. */
  | { readonly type: 'ping' }
  /** What are your metrics? */
  | { readonly type: 'report'; readonly id: number }
  /** The metrics of all, as asked for; without `text` they could not be put together. */
  | { readonly type: 'metrics'; readonly id: number; readonly text: string | undefined };

/** What one of several processes says to their supervisor. */
export type ToSupervisor =
  /** It takes requests at this address. */
  | { readonly type: 'serving'; readonly url: string }
  | { readonly type: 'pong' }
  /** Its metrics, in the form of `MetricsRegistry.values`. */
  | { readonly type: 'report'; readonly id: number; readonly values: readonly object[] }
  /** Somebody wants the metrics of all. */
  | { readonly type: 'metrics'; readonly id: number };
