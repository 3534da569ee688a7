import { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';

/** As the worker does: deltas folded in one transaction, and how long it rests when there are no more. Milliseconds. */
const AT_ONCE = 5000;
const REST = 1000;

/** Folds deltas into counts until it is stopped. */
export interface Folding {
  /** Folds all there is now, so that it is not left to who is measured next. */
  finish(): Promise<void>;
  stop(): Promise<void>;
}

/** Begins to fold the counts of a database, each second, in a session of its own. */
export const startFolding = async (url: string): Promise<Folding> => {
  const client = new Client({ connectionString: url, application_name: 'jobtrail bench folding' });
  await client.connect();
  const stopped = new AbortController();
  const foldAll = async (): Promise<void> => {
    for (let folded = AT_ONCE; folded === AT_ONCE;) {
      const { rows } = await client.query<{ folded: number }>(`SELECT fold_job_counts($1) AS folded`, [
        AT_ONCE,
      ]);
      folded = rows[0]?.folded ?? 0;
    }
  };
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      await foldAll();
      await delay(REST, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    finish: foldAll,
    stop: async () => {
      stopped.abort();
      await loop.finally(() => client.end());
    },
  };
};

/** Folds while `work` goes on. */
export const whileFolding = async <T>(url: string, work: (folding: Folding) => Promise<T>): Promise<T> => {
  const folding = await startFolding(url);
  try {
    return await work(folding);
  } finally {
    await folding.stop();
  }
};
