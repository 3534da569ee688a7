import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { CompiledRules } from '../validation';
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

const hasType = (dto: ArgumentMetadata['metatype'], name: string): boolean =>
  dto !== undefined && Boolean(defaultMetadataStorage.findTypeMetadata(dto, name));

/** Nothing for a class without rules, which accepts nothing or anything, or with those that cannot be compiled. */
const compiledRules = (dto: Dto): CompiledRules<object> | undefined => {
  try {
    const rules = new CompiledRules(dto as new () => object);
    return rules.isEmpty ? undefined : rules;
  } catch {
    return undefined;
  }
};

/** The class that a body or a query is read as. */
type Dto = NonNullable<ArgumentMetadata['metatype']>;

/**
 * Nest's pipe, but that what is valid is read by compiled rules, since class-validator asks each of thirty fields of a query
 * for one that is there; it says what is wrong with the others. And but for the names that objects inherit: as a field of the
 * body or the query they are refused like any unknown one, and inside of free JSON they are names like others and stay.
 */
class StrictValidationPipe extends ValidationPipe {
  /** By class; nothing for one with rules that cannot be compiled. */
  private readonly compiled = new Map<Dto, CompiledRules<object> | undefined>();

  /** @throws ValidationFailed */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    const fields = type === 'body' || type === 'query';
    if (fields && typeof value === 'object' && value !== null) {
      const valid = metatype && this.readQuickly(value, metatype);
      if (valid !== undefined) return valid;
      for (const [name, item] of Object.entries(value)) {
        if (isInherited(name)) throw ValidationFailed.of(name, 'is not known here');
        // class-transformer goes into values without a declared type, and takes `constructor` for a class.
        if (!hasType(metadata.metatype, name)) dropConstructors(item);
      }
    }
    return super.transform(value, metadata);
  }

  /** The DTO, or nothing where it breaks a rule, or rules cannot tell. */
  private readQuickly(value: object, dto: Dto): object | undefined {
    if (Array.isArray(value)) return undefined;
    if (!this.compiled.has(dto)) this.compiled.set(dto, compiledRules(dto));
    const fields = this.compiled.get(dto)?.read(value as Record<string, unknown>);
    return fields && Object.assign(new dto() as object, fields);
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
