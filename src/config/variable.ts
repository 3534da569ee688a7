import { z } from 'zod';

/** One environment variable: how it is read, what it means, and an example that is valid. */
export interface Variable<T extends z.ZodType = z.ZodType> {
  /** Parses the text of the variable; `undefined` and the empty text both mean "not set". */
  schema: T;
  /** One sentence for the README's table and `.env.example`. Units belong in here. */
  meaning: string;
  /** The default as shown to people, where it is not simply the schema's default. */
  defaultText?: string;
  /** Whether the value must never be shown, and is taken with its outer white space. */
  secret?: true;
  /** A valid value, shown in the error message and in `.env.example`. */
  example: string;
}

/** Declares a variable; only there for the inference of its type. */
export const variable = <T extends z.ZodType>(definition: Variable<T>): Variable<T> => definition;

/** A whole number between `min` and `max`, both inclusive. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

/** A number between `min` and `max`, both inclusive, with or without decimals. */
export const decimal = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

/** `true`/`false`, also `1`/`0`, `yes`/`no`, `on`/`off`, in any case. */
export const flag = () =>
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], 'must be true or false'))
    .transform((text) => ['true', '1', 'yes', 'on'].includes(text));

/** A comma-separated list; blanks around the items are dropped. */
export const list = () =>
  z.string().transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
