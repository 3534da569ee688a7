import { Stay } from '../../../../src/platform/cache/presence/stay';

/** Milliseconds between two renewals, and after the last need. */
const EVERY = 2_000;
const FOR = 60_000;

let renewals: number;
let stay: Stay;

beforeEach(() => {
  jest.useFakeTimers();
  renewals = 0;
  stay = new Stay(() => {
    renewals += 1;
  });
});
afterEach(() => {
  stay.end();
  jest.useRealTimers();
});

const need = (): void => stay.needed(performance.now());

describe('Staying entered', () => {
  it('goes on for a minute after the last need, also where nobody says that the reason is gone', () => {
    need();
    stay.when(true);
    jest.advanceTimersByTime(FOR / 2);
    need();
    jest.advanceTimersByTime(FOR - 1);
    expect(renewals).toBe((1.5 * FOR) / EVERY - 1);
    jest.advanceTimersByTime(10 * FOR);
    expect(renewals).toBe((1.5 * FOR) / EVERY - 1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not begin without a need, nor without a reason', () => {
    stay.when(true);
    expect(jest.getTimerCount()).toBe(0);
    stay.when(false);
    need();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('begins with the need where the reason was known before', () => {
    stay.when(true);
    need();
    jest.advanceTimersByTime(EVERY);
    expect(renewals).toBe(1);
  });

  it('begins once, ends with the reason, and begins anew with the next', () => {
    need();
    for (let turn = 0; turn < 3; turn += 1) stay.when(true);
    expect(jest.getTimerCount()).toBe(1);
    stay.when(false);
    expect(jest.getTimerCount()).toBe(0);
    stay.when(true);
    jest.advanceTimersByTime(EVERY);
    expect(renewals).toBe(1);
  });

  it('is over for good at the end', () => {
    need();
    stay.when(true);
    stay.end();
    stay.when(true);
    need();
    expect(jest.getTimerCount()).toBe(0);
  });
});
