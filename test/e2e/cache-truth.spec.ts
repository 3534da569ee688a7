import { runCacheTruth } from '../support/cache-truth/cache-truth';

describe('answers from the cache', () => {
  it('equal uncached ones after the same writes, whatever fails meanwhile', async () => {
    const tally = await runCacheTruth({ steps: 1500, seconds: 15, faults: 2, users: 6 });

    expect(tally.outcomes).toMatchObject({ 'near HIT': expect.any(Number), 'child HIT': expect.any(Number) });
    expect(tally.count('HIT') / tally.compared).toBeGreaterThan(0.05);
    expect(Object.keys(tally.faults).length).toBeGreaterThanOrEqual(2);
  });
});
