import fc from 'fast-check';
import { parseTime } from '../../../src/platform/validation';

const digits = (length: number, max: number) =>
  fc.integer({ min: 0, max }).map((value) => String(value).padStart(length, '0'));

/** Texts of the form in which times are given out, real times and others. */
const timeText = fc
  .tuple(
    digits(4, 9999),
    digits(2, 13),
    digits(2, 32),
    digits(2, 25),
    digits(2, 61),
    digits(2, 61),
    digits(3, 999),
  )
  .map(
    ([year, month, day, hour, minute, second, ms]) =>
      `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`,
  );

describe('reading a time', () => {
  it('gives a time in the form of the answers back as it is, where the calendar has it', () => {
    const isReal = (text: string): boolean => {
      const time = new Date(text);
      return !text.startsWith('0000') && !Number.isNaN(time.getTime()) && time.toISOString() === text;
    };
    let real = 0;
    fc.assert(
      fc.property(timeText, (text) => {
        if (isReal(text)) real++;
        // What is no time of this form may still be one of another: 24:00 is the next day's midnight.
        if (isReal(text)) expect(parseTime(text)).toBe(text);
        else expect(parseTime(text)).not.toBe(text);
      }),
      { numRuns: 5000 },
    );
    expect(real).toBeGreaterThan(1000);
  });

  it.each(['2024-02-29', '2000-02-29', '2023-02-28', '1993-12-31', '0001-01-01', '9999-12-31'])(
    'knows %s',
    (day) => {
      expect(parseTime(`${day}T23:59:59.999Z`)).toBe(`${day}T23:59:59.999Z`);
    },
  );

  it.each(['2023-02-29', '1900-02-29', '2024-04-31', '2024-00-10', '2024-13-01', '2024-01-00', '0000-01-01'])(
    'knows that there is no %s',
    (day) => {
      expect(parseTime(`${day}T12:00:00.000Z`)).toBeUndefined();
    },
  );
});
