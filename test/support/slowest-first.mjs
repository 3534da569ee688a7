import Sequencer from '@jest/test-sequencer';

/** Files that take long although they are short: they start programs or servers, or load very much. */
const SLOW =
  /embedded-postgres|list-plans|list-cursor|list-filters|openapi-answers|start|migration-commands|import-|streams|locale/;

/**
 * Begins with the files that took longest, as Jest does; where it has not yet seen how long they take, as on a
 * fresh clone, with those that are known to be slow. Else one of them could run alone at the end.
 */
export default class SlowestFirst extends Sequencer {
  /** Milliseconds that a file took the last time, or a guess. */
  time(test) {
    const { path, context } = test;
    return super.time(test) ?? (SLOW.test(path) ? 20_000 : 1_000) + (context.hasteFS.getSize(path) ?? 0) / 10;
  }
}
