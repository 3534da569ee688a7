/** A cell of the counts that is not what the jobs give. */
export interface CellDifference {
  readonly kind: 'cell';
  readonly figure: string;
  readonly key: string;
  /** Empty: of any workflow. */
  readonly workflowId: string;
  /** The UTC day on which the counted jobs were created; `-infinity`: jobs of all time. */
  readonly cohort: string;
  /** How many jobs the counts lack; negative: how many they have too much. A whole number of any size. */
  readonly jobs: string;
  /** The same of milliseconds. */
  readonly ms: string;
}

/** A cell that should not be there at all: of nothing, or where no fold puts one. */
export interface StrayCell extends Omit<CellDifference, 'kind'> {
  readonly kind: 'stray';
}

/** A column of a job that does not say when its trail first came so far. */
export interface MilestoneDifference {
  readonly kind: 'milestone';
  readonly jobId: string;
  readonly column: string;
  /** What the column says. */
  readonly found: Date | null;
  /** What the trail says. */
  readonly expected: Date | null;
}

export type Difference = CellDifference | StrayCell | MilestoneDifference;

/** What a check has found: how many differences, and the first of them. */
export interface Findings {
  readonly count: number;
  readonly first: readonly Difference[];
}

/** UTC days of creation, the end not included; as `YYYY-MM-DD`. */
export interface DayRange {
  readonly from: string;
  readonly until: string;
}

/** What has been verified. */
export interface Verification {
  owners: number;
  batches: number;
  /** Differences that were found, and with how many owners. */
  differences: number;
  wrongOwners: number;
  /** Differences that are there after the repair; without one as many as were found. */
  left: number;
}
