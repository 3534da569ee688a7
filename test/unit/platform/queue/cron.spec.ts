import { Cron } from '../../../../src/platform/queue/cron';

const after = (line: string, time: string): string => new Cron(line).after(new Date(time)).toISOString();
const upTo = (line: string, time: string): string => new Cron(line).upTo(new Date(time)).toISOString();

describe('A line of cron', () => {
  it.each([
    ['* * * * *', '2026-01-31T23:59:30Z', '2026-02-01T00:00:00.000Z'],
    ['0 * * * *', '2026-03-29T00:30:00Z', '2026-03-29T01:00:00.000Z'],
    ['*/20 3 * * *', '2026-05-05T03:20:00Z', '2026-05-05T03:40:00.000Z'],
    ['30 4,16 * * *', '2026-05-05T04:30:00Z', '2026-05-05T16:30:00.000Z'],
    ['0 9-11 * * 1-5', '2026-11-20T11:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
    ['15 6 * * 7', '2026-11-22T07:00:00Z', '2026-11-29T06:15:00.000Z'],
    ['50/5 * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:50:00.000Z'],
    ['0 0 1 * 1', '2026-12-01T00:00:00Z', '2026-12-07T00:00:00.000Z'],
    ['0 0 1 */6 *', '2026-01-01T00:00:00Z', '2026-07-01T00:00:00.000Z'],
  ])('%s, asked after %s, tells %s', (line, time, expected) => {
    expect(after(line, time)).toBe(expected);
  });

  it.each([
    ['0 * * * *', '2026-01-01T10:00:00Z', '2026-01-01T10:00:00.000Z'],
    ['0 * * * *', '2026-01-01T10:59:59.999Z', '2026-01-01T10:00:00.000Z'],
    ['30 3 * * *', '2026-01-01T03:29:59Z', '2025-12-31T03:30:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s tells for %s that the last time was %s', (line, time, expected) => {
    expect(upTo(line, time)).toBe(expected);
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    '1,,2 * * * *',
    'a * * * *',
    '@daily',
  ])('is refused when it is %j', (line) => {
    expect(() => new Cron(line)).toThrow('cron');
  });

  it('that tells no time at all says so when it is asked', () => {
    expect(() => new Cron('0 0 31 2 *').after(new Date())).toThrow('tells no time');
  });
});
