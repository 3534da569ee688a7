import { type Outcome } from '../bench/contest';
import { markdownTable, OUTCOME_HEADS, outcomeCells, whole } from '../bench/report';

/** All that is told of one of them. */
export interface PeerFigures {
  outcome: Outcome;
  /** Resident memory of its process after the run. Bytes. */
  memory: number;
  /** Milliseconds from the spawn to the first answer. */
  startTime: number;
}

/** The figures as a Markdown table; ratios are to the throughput of the one named so. */
export const peersTable = (figures: readonly PeerFigures[], reference: string): string => {
  const perSecond =
    figures.find(({ outcome }) => outcome.name === reference)?.outcome.perSecond ?? Number.NaN;
  const rows = figures.map(({ outcome, memory, startTime }) => [
    ...outcomeCells(outcome, perSecond),
    whole(memory / 2 ** 20),
    (startTime / 1000).toFixed(2),
  ]);
  return markdownTable([...OUTCOME_HEADS, 'memory MiB', 'start s'], rows).join('\n');
};
