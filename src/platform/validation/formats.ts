import { registerDecorator } from 'class-validator';

/** Deepest nesting of a free-form JSON value. */
const MAX_JSON_DEPTH = 32;

/** Latest year that is written with four digits. */
const LAST_YEAR = 9999;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** Whether a text is a real calendar day `YYYY-MM-DD`, years 0001 to 9999. */
export const isDate = (text: string): boolean => {
  if (!DATE.test(text) || text.startsWith('0000')) return false;
  const time = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
};

/**
 * Reads an ISO 8601 time with its offset, or a bare day as its midnight in UTC. Digits beyond the millisecond
 * are dropped.
 * @returns the time as `YYYY-MM-DDTHH:MM:SS.mmmZ`, or `undefined` when it is none
 */
export const parseTime = (text: string): string | undefined => {
  if (isCanonicalTime(text)) return text;
  if (isDate(text)) return `${text}T00:00:00.000Z`;
  if (!TIME.test(text) || !isDate(text.slice(0, 10))) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return undefined;
  const year = time.getUTCFullYear();
  return year >= 1 && year <= LAST_YEAR ? time.toISOString() : undefined;
};

/** The form that times are given out in: what comes back needs no more than one look. */
const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysOf = (year: number, month: number): number =>
  (DAYS_OF_MONTHS[month - 1] ?? 0) + (month === 2 && isLeapYear(year) ? 1 : 0);

/** By arithmetic: making a `Date` and its text again would be the largest part of reading an import. */
const isCanonicalTime = (text: string): boolean => {
  if (text.length !== 24 || !CANONICAL_TIME.test(text)) return false;
  const pair = (at: number): number => 10 * text.charCodeAt(at) + text.charCodeAt(at + 1) - 11 * 0x30;
  if (pair(11) > 23 || pair(14) > 59 || pair(17) > 59) return false;
  const year = 100 * pair(0) + pair(2);
  const day = pair(8);
  return year >= 1 && day >= 1 && day <= daysOf(year, pair(5));
};

/** Whether a JSON value nests at most 32 deep. */
export const isShallowJson = (value: unknown, depth = 0): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  return depth < MAX_JSON_DEPTH && Object.values(value).every((child) => isShallowJson(child, depth + 1));
};

/** Registers a property validator from a predicate and its message; for rules that class-validator lacks. */
export const rule =
  (name: string, message: string, validate: (value: unknown) => boolean): PropertyDecorator =>
  (target, propertyKey) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: propertyKey as string,
      validator: { validate, defaultMessage: () => message },
    });
