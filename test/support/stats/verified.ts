import { WriteAnnouncer } from '../../../src/platform/cache';
import { Database } from '../../../src/platform/database';
import { OwnerRepair, Report, verifyStats, type Verification } from '../../../src/stats-verification';
import type { TestApp } from '../test-app';

/** How the counts of a test's database are verified. */
interface Verifying {
  owner?: string;
  repair?: boolean;
  jobsAtOnce?: number;
}

/** Repairs what is counted of an owner, as the application that serves. */
export const repairOf = ({ app }: TestApp, owner: string): Promise<OwnerRepair> =>
  Promise.resolve(new OwnerRepair(app.get(Database), app.get(WriteAnnouncer), owner));

/** Verifies the counts of an application's database; gives what was done and the lines of the report. */
export const verified = async (
  app: TestApp,
  { owner, repair, jobsAtOnce }: Verifying,
): Promise<Verification & { lines: string[] }> => {
  const lines: string[] = [];
  const done = await verifyStats(app.app.get(Database), new Report((line) => lines.push(line)), {
    owner,
    ...(repair === true ? { repairOf: (id: string) => repairOf(app, id) } : {}),
    ...(jobsAtOnce === undefined ? {} : { jobsAtOnce }),
  });
  return { ...done, lines };
};
