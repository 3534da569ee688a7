import { registerDecorator, type ValidationOptions } from 'class-validator';

/**
 * Whether Postgres can store a text and give it back unchanged: no NUL character, which it cannot hold, and
 * no lone surrogate, which UTF-8 cannot express.
 */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** The same for every text inside a JSON value, keys included. */
export const isStorableJson = (value: unknown): boolean => {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorable(key) && isStorableJson(child));
};

/** Refuses texts that `isStorable` refuses. */
export const IsStorable =
  (options?: ValidationOptions): PropertyDecorator =>
  (target, propertyKey) =>
    registerDecorator({
      name: 'isStorable',
      target: target.constructor,
      propertyName: propertyKey as string,
      ...(options ? { options } : {}),
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || isStorable(value),
        defaultMessage: () => 'must not hold NUL characters or lone surrogates',
      },
    });
