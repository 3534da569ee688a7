import fc from 'fast-check';
import { RestartPolicy } from '../../../src/start/processes/restart-policy';

const MINUTE = 60_000;

/** How a process of some number ended: after how long serving, or before it served; how many others serve. */
const endings = fc.array(
  fc.record({
    number: fc.integer({ min: 1, max: 4 }),
    served: fc.option(fc.integer({ min: 0, max: 3 * MINUTE }), { nil: undefined }),
    others: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 60 },
);

describe('A process that ended is started anew', () => {
  it('after 250 ms, and twice as long each further time, up to 30 s', () => {
    const policy = new RestartPolicy();
    const waits = Array.from({ length: 10 }, () => policy.ended(1, 10, 1));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    // Each has its own row.
    expect(policy.ended(2, 10, 1)).toBe(250);
  });

  it('at once where it had served for a minute, and its row begins anew', () => {
    const policy = new RestartPolicy();
    policy.ended(1, 10, 1);
    policy.ended(1, undefined, 1);
    expect(policy.ended(1, MINUTE, 0)).toBe(0);
    expect(policy.ended(1, MINUTE - 1, 0)).toBe(250);
  });

  it('not any more when five starts in a row failed and none serves', () => {
    const policy = new RestartPolicy();
    for (const number of [1, 2, 1, 2]) expect(policy.ended(number, undefined, 0)).toBeGreaterThan(0);
    expect(policy.ended(1, undefined, 0)).toBeUndefined();
  });

  it('for ever while another serves', () => {
    const policy = new RestartPolicy();
    for (let index = 0; index < 100; index += 1) expect(policy.ended(1, undefined, 1)).toBeGreaterThan(0);
    // The last of those that serve has ended: nothing is left to hope for.
    expect(policy.ended(2, 5 * MINUTE, 0)).toBeUndefined();
  });

  it('again five times once one has served', () => {
    const policy = new RestartPolicy();
    for (const number of [1, 2, 1, 2]) policy.ended(number, undefined, 0);
    policy.serves();
    for (const number of [1, 2, 1, 2]) expect(policy.ended(number, undefined, 0)).toBeGreaterThan(0);
    expect(policy.ended(1, undefined, 0)).toBeUndefined();
  });

  it('always within 30 s, and given up only where none serves', () => {
    fc.assert(
      fc.property(endings, (rows) => {
        const policy = new RestartPolicy();
        for (const { number, served, others } of rows) {
          const wait = policy.ended(number, served, others);
          if (wait === undefined) expect(others).toBe(0);
          else {
            expect(wait).toBeGreaterThanOrEqual(0);
            expect(wait).toBeLessThanOrEqual(30_000);
          }
        }
      }),
    );
  });
});
