import { type QueryListener } from './query-end';

/** What is sent where it is no mere text; `label` is ours. */
interface SentQuery {
  readonly text: string;
  readonly label?: string;
}

/** What `pg` gives; several where one text held several commands. */
type QueryOutcome = { readonly rowCount: number | null } | readonly { readonly rowCount: number | null }[];

type QueryCallback = (error: unknown, result?: QueryOutcome) => void;

/**
 * Sends a query to a `pg` client and tells `told` when it has ended.
 * @param parameters those of `Client.query`, for anything but a stream
 * @param send takes them on; gives a promise unless the last of them is a callback
 */
export const timed = (
  told: QueryListener,
  parameters: unknown[],
  send: (parameters: unknown[]) => unknown,
): unknown => {
  const ended = clock(told, parameters[0] as string | SentQuery);
  const last = parameters.at(-1);
  if (typeof last === 'function') {
    const callback = last as QueryCallback;
    const both: QueryCallback = (error, result) => {
      ended(error, result);
      callback(error, result);
    };
    return send([...parameters.slice(0, -1), both]);
  }
  const answer = send(parameters) as Promise<QueryOutcome>;
  answer.then(
    (result) => ended(undefined, result),
    (error: unknown) => ended(error),
  );
  return answer;
};

/** Starts the clock; what it gives stops it. */
const clock = (told: QueryListener, query: string | SentQuery): QueryCallback => {
  const started = performance.now();
  const { text, label } = typeof query === 'string' ? { text: query, label: undefined } : query;
  return (failure, result) => {
    // pg's callbacks are given null where nothing failed.
    const error = failure ?? undefined;
    const rows = error === undefined ? rowsOf(result) : undefined;
    told({ label, text, durationMs: performance.now() - started, rows, error });
  };
};

const rowsOf = (outcome: QueryOutcome | undefined): number => {
  if (outcome === undefined) return 0;
  const last = 'rowCount' in outcome ? outcome : outcome.at(-1);
  return last?.rowCount ?? 0;
};
