const calendars = new Map<string, Intl.DateTimeFormat>();

const calendarOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = calendars.get(timeZone);
  if (known !== undefined) return known;
  const calendar = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  calendars.set(timeZone, calendar);
  return calendar;
};

/** The date that calendars of a time zone show at a moment, `YYYY-MM-DD`. @param at milliseconds since 1970 */
export const localDate = (at: number, timeZone: string): string => calendarOf(timeZone).format(at);

/** The month of a date or of a moment in a time zone, `YYYY-MM`. */
export const monthOf = (date: string): string => date.slice(0, 7);

/** Twelve months, oldest first. @param last the last of them, `YYYY-MM` */
export const twelveMonthsTo = (last: string): string[] => {
  const [year = 0, month = 0] = last.split('-').map(Number);
  return Array.from({ length: 12 }, (_, index) =>
    new Date(Date.UTC(year, month - 12 + index, 1)).toISOString().slice(0, 7),
  );
};
