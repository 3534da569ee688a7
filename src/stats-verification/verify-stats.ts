import { type Database } from '../platform/database';
import { allOwners, dayRanges } from './batches';
import { type Findings, type Verification } from './difference';
import { OwnerChecks, TOLD } from './owner-checks';
import { type OwnerRepair } from './owner-repair';
import { type Report } from './report';

/** Jobs that are compared in one statement: about a second of work. */
const JOBS_AT_ONCE = 20_000;

/** What is verified, and what becomes of differences. */
export interface VerificationOptions {
  /** Only this owner; by default everyone. */
  owner?: string | undefined;
  /** Puts an owner right; by default nothing is changed. */
  repairOf?: (owner: string) => Promise<OwnerRepair>;
  /** Most jobs in a batch, but for those of one day, which is never parted; by default 20 000. */
  jobsAtOnce?: number;
}

/**
 * Compares what is counted with the jobs themselves, owner by owner and in ranges of days, each in one statement and
 * so at one moment, while others write. Takes one connection, and as much memory for many owners as for one.
 * @param report told of each owner with differences
 */
export const verifyStats = async (
  database: Database,
  report: Report,
  { owner, repairOf, jobsAtOnce = JOBS_AT_ONCE }: VerificationOptions = {},
): Promise<Verification> => {
  const done: Verification = { owners: 0, batches: 0, differences: 0, wrongOwners: 0, left: 0 };
  for await (const each of owner === undefined ? allOwners(database) : [owner]) {
    const pass = new OwnerPass(database, each, jobsAtOnce, repairOf);
    const found = await pass.run();
    done.owners += 1;
    if (found.count > 0) {
      report.found(each, found);
      const left = repairOf === undefined ? found : await new OwnerPass(database, each, jobsAtOnce).run();
      if (repairOf !== undefined) report.repaired(each, left);
      done.wrongOwners += 1;
      done.differences += found.count;
      done.left += left.count;
    }
    done.batches += pass.batches;
  }
  return done;
};

/** All checks of one owner; what each finds is put right at once, where that is wanted. */
class OwnerPass {
  batches = 0;
  private readonly checks: OwnerChecks;
  private readonly found = { count: 0, first: [] as Findings['first'][number][] };

  constructor(
    private readonly database: Database,
    private readonly owner: string,
    private readonly jobsAtOnce: number,
    private readonly repairOf?: (owner: string) => Promise<OwnerRepair>,
  ) {
    this.checks = new OwnerChecks(database, owner);
  }

  async run(): Promise<Findings> {
    const { checks } = this;
    // First, since the others would take strays for cells of a day.
    await this.check(checks.strays(), (repair) => repair.strays());
    for await (const range of dayRanges(this.database, this.owner, this.jobsAtOnce)) {
      // The counts follow from the milestones.
      await this.check(checks.milestones(range), (repair) => repair.milestones(range));
      await this.check(checks.days(range), (repair) => repair.days(range));
      this.batches += 1;
    }
    await this.check(checks.totals(), (repair) => repair.totals());
    if (this.found.count > 0) await (await this.repairOf?.(this.owner))?.fold();
    return this.found;
  }

  private async check(check: Promise<Findings>, mend: (repair: OwnerRepair) => Promise<void>): Promise<void> {
    const { count, first } = await check;
    if (count === 0) return;
    this.found.count += count;
    for (const each of first) if (this.found.first.length < TOLD) this.found.first.push(each);
    if (this.repairOf !== undefined) await mend(await this.repairOf(this.owner));
  }
}
