import fc from 'fast-check';
import { PATIENT, startTestApp, type TestApp, type TestUser } from '../test-app';
import { checkTrail } from './check-trail';
import { scenarios } from './trail-commands';
import { runScenario } from './trail-run';

/** How much a random test of the trail tries. */
export interface Effort {
  runs: number;
  /** Most waves of a run, and most requests of a wave. */
  waves: number;
  width: number;
  /** After which no further run begins, for slow machines; below the time limit of a test. */
  minutes: number;
}

/** Declares the property: whatever is sent at once, the trail stays true. */
export const describeTrail = ({ runs, waves, width, minutes }: Effort): void => {
  let app: TestApp;
  let users: TestUser[];
  beforeAll(async () => {
    app = await startTestApp(PATIENT);
    users = [await app.register(), await app.register()];
  });
  afterAll(() => app.close());

  it('stays true for any mix of concurrent appends, bulk changes, archivings and deletions', async () => {
    const end = performance.now() + minutes * 60_000;
    const property = fc.asyncProperty(scenarios(waves, width), async (scenario) => {
      if (performance.now() > end) return;
      await checkTrail(app, users, await runScenario(app, users, scenario));
    });
    await fc.assert(property, { numRuns: runs });
  });
};
