/** The fields of a line of cron: their bounds, in order. */
const FIELDS = [
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day of the month', 1, 31],
  ['month', 1, 12],
  ['day of the week', 0, 7],
] as const;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Days in which every date comes up, a 29th of February over a century without one included. */
const FARTHEST = 366 * 9;

/**
 * Times as a line of cron tells them (POSIX crontab: five fields of numbers, lists, ranges; also steps), in UTC, where no
 * hour is left out or comes twice. Where both days are restricted, either will do.
 */
export class Cron {
  private readonly minutes: readonly number[];
  private readonly hours: readonly number[];
  private readonly isDay: (date: Date) => boolean;

  /** @throws Error for a line that tells no time */
  constructor(private readonly line: string) {
    const texts = line.trim().split(/\s+/);
    if (texts.length !== FIELDS.length) throw new Error(`${line} does not have the five fields of cron`);
    const [minutes = [], hours = [], dates = [], months = [], weekdays = []] = texts.map((text, index) =>
      numbersOf(text, FIELDS[index] ?? FIELDS[0]),
    );
    this.minutes = minutes;
    this.hours = hours;
    const anyDate = texts[2]?.startsWith('*') === true;
    const anyWeekday = texts[4]?.startsWith('*') === true;
    this.isDay = (date) => {
      if (!months.includes(date.getUTCMonth() + 1)) return false;
      const dateFits = dates.includes(date.getUTCDate());
      const weekdayFits = weekdays.some((weekday) => weekday % 7 === date.getUTCDay());
      return anyDate || anyWeekday ? dateFits && weekdayFits : dateFits || weekdayFits;
    };
  }

  /** The first time after `time`. */
  after(time: Date): Date {
    return this.find(time, 1, (found) => found > time.getTime());
  }

  /** The last time that is not after `time`. */
  upTo(time: Date): Date {
    return this.find(time, -1, (found) => found <= time.getTime());
  }

  private find(from: Date, direction: 1 | -1, fits: (time: number) => boolean): Date {
    const today = Math.floor(from.getTime() / DAY) * DAY;
    for (let days = 0; days <= FARTHEST; days++) {
      const day = today + direction * days * DAY;
      if (!this.isDay(new Date(day))) continue;
      const times = this.hours.flatMap((hour) =>
        this.minutes.map((minute) => day + (hour * 60 + minute) * MINUTE),
      );
      const found = (direction === 1 ? times : times.reverse()).find(fits);
      if (found !== undefined) return new Date(found);
    }
    throw new Error(`${this.line} tells no time`);
  }
}

/** What a field stands for, in order. */
const numbersOf = (text: string, [name, least, most]: (typeof FIELDS)[number]): number[] => {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const { from, to, step } = rangeOf(part, least, most);
    if (!(from >= least && to <= most && from <= to && step >= 1))
      throw new Error(`${part} is no ${name} of cron`);
    for (let number = from; number <= to; number += step) numbers.add(number);
  }
  return [...numbers].sort((one, other) => one - other);
};

/** `*`, a number, a range, each with a step or without; a number with a step goes on to the end. NaN: none of these. */
const rangeOf = (part: string, least: number, most: number): { from: number; to: number; step: number } => {
  const [, whole, first, last, step] = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
  const every = Number(step ?? 1);
  if (whole !== undefined) return { from: least, to: most, step: every };
  const end = last ?? (step === undefined ? first : most);
  return { from: Number(first), to: Number(end), step: every };
};
