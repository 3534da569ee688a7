import { registerDecorator } from 'class-validator';

/**
 * Number of characters as Postgres counts them for `varchar(n)`: code points. class-validator's `MaxLength`
 * counts an emoji with its presentation selector as one, so what it lets through may not fit the column.
 */
export const countCharacters = (text: string): number => {
  let count = 0;
  for (const _character of text) count++;
  return count;
};

/** Whether a text has at most `max` characters; does not walk through a text that is far too long. */
export const hasAtMostCharacters = (text: string, max: number): boolean =>
  text.length <= max || (text.length <= 2 * max && countCharacters(text) <= max);

/** Refuses a text of less than `min` or more than `max` characters (code points, as Postgres counts them). */
export const Characters =
  (min: number, max: number): PropertyDecorator =>
  (target, propertyKey) =>
    registerDecorator({
      name: 'characters',
      target: target.constructor,
      propertyName: propertyKey as string,
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && hasAtMostCharacters(value, max) && countCharacters(value) >= min,
        defaultMessage: () =>
          min === 0 ? `must be at most ${max} characters long` : `must be ${min} to ${max} characters long`,
      },
    });
