import {
  type CellDifference,
  type Difference,
  type Findings,
  type StrayCell,
  type Verification,
} from './difference';

/** Tells a person what has been found, a line a difference. */
export class Report {
  /** @param say writes a line */
  constructor(private readonly say: (line: string) => void) {}

  /** What is wrong with an owner. */
  found(owner: string, { count, first }: Findings): void {
    this.say(`Owner ${owner}: ${differences(count)}`);
    for (const each of first) this.say(`  ${describe(each)}`);
    if (count > first.length) this.say(`  and ${count - first.length} more`);
  }

  /** What is still wrong after the repair. */
  repaired(owner: string, left: Findings): void {
    if (left.count === 0) this.say(`  repaired`);
    else this.found(`${owner} after its repair`, left);
  }

  /** What has been done. */
  sum({ owners, batches, differences: found, wrongOwners, left }: Verification, repaired: boolean): void {
    const result =
      found === 0 ? 'no differences' : `${differences(found)} with ${number(wrongOwners, 'owner')}`;
    const after = !repaired || found === 0 ? '' : left === 0 ? ', repaired' : `, of which ${left} are left`;
    this.say(
      `Verified ${number(owners, 'owner')} in ${number(batches, 'batch', 'batches')}: ${result}${after}.`,
    );
  }
}

const number = (count: number | string, one: string, many = `${one}s`): string =>
  `${count} ${String(count) === '1' ? one : many}`;

const differences = (count: number): string => number(count, 'difference');

const describe = (difference: Difference): string => {
  switch (difference.kind) {
    case 'milestone': {
      const { column, jobId, found, expected } = difference;
      return `${column} of job ${jobId}: ${time(found)} instead of ${time(expected)}`;
    }
    case 'stray':
      return `${cell(difference)}: a cell that should not be there`;
    case 'cell':
      return `${cell(difference)}: ${amounts(difference)}`;
  }
};

const time = (value: Date | null): string => value?.toISOString() ?? 'none';

/** Keys may be of users' making: nothing in them reaches the terminal as it is. */
const cell = ({ figure, key, workflowId, cohort }: CellDifference | StrayCell): string =>
  `${figure} ${JSON.stringify(key)}, ${workflowId === '' ? 'any workflow' : workflowId}, ` +
  (cohort === '-infinity' ? 'of all time' : `created ${cohort}`);

const amounts = ({ jobs, ms }: CellDifference): string =>
  [off(jobs, 'job'), off(ms, 'millisecond')].filter((text) => text !== undefined).join(', ');

/** By how much the counts are off, of what they lack: a whole number as text. */
const off = (lacking: string, unit: string): string | undefined => {
  if (lacking === '0') return undefined;
  return lacking.startsWith('-')
    ? `${number(lacking.slice(1), unit)} too many`
    : `${number(lacking, unit)} too few`;
};
