/** A query that the server has answered, or that has failed. Streams are none: their readers set the pace. */
export interface QueryEnd {
  /** What the statement answers, such as `jobs.append`; `undefined` where TypeORM or the pool wrote it. */
  readonly label: string | undefined;
  /** Its SQL; values may stand in it where it was not written by hand. */
  readonly text: string;
  /** Milliseconds from sending it until its answer was read, without the wait for a connection. */
  readonly durationMs: number;
  /** Rows that it gave or changed; `undefined` where it failed. */
  readonly rows: number | undefined;
  /** What it failed with. */
  readonly error: unknown;
}

/** Told of each query that has ended; must not throw, and takes no time. */
export type QueryListener = (query: QueryEnd) => void;

/** Its kind, and the first table that it names: for what has no label. */
const TABLE = /\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?"?(\w+)"?/i;

/** What to call a query: its label, else the kind of its command with a table, such as `SELECT users`. Holds no value. */
export const queryName = ({ label, text }: Pick<QueryEnd, 'label' | 'text'>): string => {
  if (label !== undefined) return label;
  const kind = /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? 'EMPTY';
  const table = TABLE.exec(text)?.[1];
  return table === undefined ? kind : `${kind} ${table}`;
};
