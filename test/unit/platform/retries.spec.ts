import {
  isDatabaseUnavailable,
  isPassing,
  leavesConnection,
  wasNotSent,
} from '../../../src/platform/database/database-failure';
import { Retries } from '../../../src/platform/database/retries';

const failure = (parts: Record<string, unknown>): Error => Object.assign(new Error('failed'), parts);

/** Milliseconds that a request waits for a connection, in these tests. */
const PATIENCE = 300;

const refused = (): Promise<never> => Promise.reject(failure({ code: 'ECONNREFUSED' }));

describe('A failure', () => {
  it.each([
    '08006',
    '25P03',
    '40001',
    '40P01',
    '53300',
    '57P01',
    '57P02',
    '57P03',
    'ECONNREFUSED',
    'ECONNRESET',
  ])('of code %s passes, bare, wrapped by TypeORM, or as one of several', (code) => {
    const bare = failure({ code });
    for (const error of [bare, failure({ driverError: bare }), new AggregateError([bare])])
      if (!(error instanceof AggregateError) || !code.startsWith('40'))
        expect([isPassing(error), isDatabaseUnavailable(error)]).toEqual([true, true]);
  });

  it.each([{ code: '57014' }, { code: '55P03' }, { message: 'timeout exceeded when trying to connect' }])(
    'that took its time does not pass, but is answered 503: %p',
    (parts) => {
      expect([isPassing(failure(parts)), isDatabaseUnavailable(failure(parts))]).toEqual([false, true]);
    },
  );

  it.each([{ code: '23505' }, { code: '42601' }, { code: '08P01', severity: 'ERROR' }, {}])(
    'of what was asked is neither: %p',
    (parts) => {
      expect([isPassing(failure(parts)), isDatabaseUnavailable(failure(parts))]).toEqual([false, false]);
    },
  );

  it('of PgBouncer passes', () => {
    expect(isPassing(failure({ code: '08P01', severity: 'FATAL' }))).toBe(true);
  });

  it('tells whether anything was sent, and whether the connection is left', () => {
    expect(
      wasNotSent(failure({ message: 'Client has encountered a connection error and is not queryable' })),
    ).toBe(true);
    expect(wasNotSent(failure({ message: 'Connection terminated unexpectedly' }))).toBe(false);
    expect(leavesConnection(failure({ driverError: failure({ severity: 'ERROR' }) }))).toBe(true);
    expect(leavesConnection(failure({ severity: 'FATAL' }))).toBe(false);
  });
});

describe('Work that fails for the moment', () => {
  it('is tried again until it succeeds, and told how long it may still wait', async () => {
    const remaining: (number | undefined)[] = [];
    const result = await new Retries(PATIENCE).run(async (repetition) => {
      remaining.push(repetition?.remaining);
      return remaining.length < 3 ? refused() : 'done';
    }, isPassing);
    expect(result).toBe('done');
    const [first, second = NaN, third = NaN] = remaining;
    expect(first).toBeUndefined();
    expect(second).toBeLessThan(PATIENCE);
    expect(third).toBeLessThan(second);
  });

  it('is not tried again where that might do it twice', async () => {
    const attempt = jest.fn(refused);
    await expect(new Retries(PATIENCE).run(attempt, () => false)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('is given up when the time is over; then nothing is tried again until something succeeds', async () => {
    const retries = new Retries(PATIENCE);
    const attempt = jest.fn(refused);
    await expect(retries.run(attempt, isPassing)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempt.mock.calls.length).toBeGreaterThan(2);
    attempt.mockClear();
    await expect(retries.run(attempt, isPassing)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempt).toHaveBeenCalledTimes(1);
    attempt.mockClear();
    // Of what may do without the database this says nothing.
    await retries.run(() => Promise.resolve(), isPassing, false);
    await expect(retries.run(attempt, isPassing)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempt).toHaveBeenCalledTimes(1);
    await retries.run(() => Promise.resolve(), isPassing);
    attempt.mockClear();
    await expect(retries.run(attempt, isPassing)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempt.mock.calls.length).toBeGreaterThan(2);
  });

  it('counts as given up, too, where the wait for a connection ends a little early', async () => {
    const retries = new Retries(PATIENCE);
    const early = (): Promise<never> => Promise.reject(new Error('timeout exceeded when trying to connect'));
    await expect(
      retries.run((repetition) => (repetition === undefined ? refused() : early()), isPassing),
    ).rejects.toThrow('timeout exceeded');
    const attempt = jest.fn(refused);
    await expect(retries.run(attempt, isPassing)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});
