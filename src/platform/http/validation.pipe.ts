import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { ValidationFailed, type FieldError } from './problem';

const childPath = (parent: string, property: string): string => {
  if (parent === '') return property;
  return /^\d+$/.test(property) ? `${parent}[${property}]` : `${parent}.${property}`;
};

/** Flattens the tree of class-validator into one entry a field and rule. */
export const fieldErrors = (errors: readonly ValidationError[], parent = ''): FieldError[] =>
  errors.flatMap((error) => {
    const field = childPath(parent, error.property);
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      field,
      message: rule === 'whitelistValidation' ? 'is not known here' : message.replace(/^\$property /, ''),
    }));
    return [...own, ...fieldErrors(error.children ?? [], field)];
  });

/**
 * Whether every object answers to the name, or `prototype`: class-transformer passes such keys over, so that
 * no rule would see them. No DTO has a field of such a name.
 */
const isInherited = (name: string): boolean => name in Object.prototype || name === 'prototype';

/** Takes the own `constructor` of every object inside; bodies nest no deeper than `MAX_DEPTH`. */
const dropConstructors = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  Reflect.deleteProperty(value, 'constructor');
  Object.values(value).forEach(dropConstructors);
};

/** Whether it is an object without fields. */
const isEmpty = (value: object): boolean => {
  if (Array.isArray(value)) return false;
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
};

const hasType = (dto: ArgumentMetadata['metatype'], name: string): boolean =>
  dto !== undefined && Boolean(defaultMetadataStorage.findTypeMetadata(dto, name));

/**
 * Nest's pipe, but for the names that objects inherit: as a field of the body or the query they are refused like
 * any unknown one, and inside of free JSON they are names like others and stay.
 */
class StrictValidationPipe extends ValidationPipe {
  /** DTOs that are valid without any field; rules look at nothing but the fields. */
  private readonly validEmpty = new WeakSet<NonNullable<ArgumentMetadata['metatype']>>();

  /** @throws ValidationFailed */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    const fields = type === 'body' || type === 'query';
    if (fields && typeof value === 'object' && value !== null) {
      if (metatype !== undefined && isEmpty(value)) return this.transformEmpty(value, metadata, metatype);
      for (const [name, item] of Object.entries(value)) {
        if (isInherited(name)) throw ValidationFailed.of(name, 'is not known here');
        // class-transformer goes into values without a declared type, and takes `constructor` for a class.
        if (!hasType(metadata.metatype, name)) dropConstructors(item);
      }
    }
    return super.transform(value, metadata);
  }

  /** Most lists are asked for without any parameter: what thirty rules say of that is found out once. */
  private async transformEmpty(
    value: object,
    metadata: ArgumentMetadata,
    metatype: NonNullable<ArgumentMetadata['metatype']>,
  ): Promise<unknown> {
    if (this.validEmpty.has(metatype)) return new metatype() as unknown;
    const made: unknown = await super.transform(value, metadata);
    if (made instanceof metatype) this.validEmpty.add(metatype);
    return made;
  }

  /** The body parser has refused what could change a prototype; Nest would delete fields of the caller's data. */
  protected override stripProtoKeys(): void {
    return undefined;
  }
}

/**
 * Validation of bodies, queries and path parameters by their DTO classes: unknown fields are refused,
 * nothing is converted but by a DTO's own `@Transform`, and every wrong field is named.
 */
export const createValidationPipe = (): ValidationPipe =>
  new StrictValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new ValidationFailed(fieldErrors(errors)),
  });
