import { type ArtilleryReport } from './artillery-report';
import { type RunProfile } from '../run/profile/profiling';
import { type Sample } from './sample';

/** What became of a threshold. */
export interface Verdict {
  /** The threshold, as `list.p95 < 200`. */
  what: string;
  held: boolean;
  /** Whether the run fails when it does not hold. */
  binding: boolean;
  /** What was measured, where that is known. */
  measured?: number;
}

/** All that a report is made of. */
export interface RunRecord {
  scenario: string;
  description: string;
  /** How to run the same again. */
  command: string;
  /** Machine, versions, dataset: one line each. */
  circumstances: string[];
  artillery: ArtilleryReport;
  samples: Sample[];
  verdicts: Verdict[];
  /** What the time went to, where that was asked for. */
  profile?: RunProfile | undefined;
}
