import { runCacheTruth } from '../support/cache-truth/cache-truth';

/** A machine that is busy with something else takes its time. Milliseconds. */
const DEADLINE = 3 * 3_600_000;

describe('answers from the cache, in a long random run', () => {
  it(
    'equal uncached ones after the same writes, whatever fails meanwhile',
    async () => {
      const tally = await runCacheTruth({ steps: 20_000, seconds: 10_000, faults: 11, users: 6 });
      console.log(tally);

      expect(tally.steps).toBeGreaterThanOrEqual(20_000);
      expect(tally.count('HIT') / tally.compared).toBeGreaterThan(0.2);
      expect(tally.count('BYPASS')).toBeGreaterThan(500);
      expect(tally.unchanged).toBeGreaterThan(100);
      expect(tally.unanswered).toBeGreaterThan(0);
      expect(Object.keys(tally.faults)).toHaveLength(11);
      expect(tally.recoveries).toBeGreaterThan(40);
    },
    DEADLINE,
  );
});
