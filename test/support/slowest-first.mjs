import Sequencer from '@jest/test-sequencer';

/** Files that take long although they are short: they start programs or servers, or load very much. */
const SLOWEST =
  /faults|cache-neighbours|cache-truth|embedded-postgres|import-outage|list|load-shedding|openapi-answers|pgbouncer\.|redis-(faults|return)|start/;

/** Those too, but less. */
const SLOW =
  /migration-commands|import-|streams|locale|cache-|compression|configuration|database-|frozen|rate-limit|watched|redis|accounts-brake/;

/**
 * Begins with the files that took longest, as Jest does; where it has not yet seen how long they take, as on a
 * fresh clone, with those that are known to be slow. Else one of them could run alone at the end.
 */
export default class SlowestFirst extends Sequencer {
  /** Milliseconds that a file took the last time, or a guess. */
  time(test) {
    const { path, context } = test;
    return super.time(test) ?? guess(path) + (context.hasteFS.getSize(path) ?? 0) / 10;
  }
}

const guess = (path) => {
  if (SLOWEST.test(path)) return 30_000;
  return SLOW.test(path) ? 10_000 : 1_000;
};
