import { TransformationType, type TransformFnParams } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { getMetadataStorage, type ValidationArguments, ValidationTypes } from 'class-validator';

type Fields = Record<string, unknown>;

/** A rule of a property: whether a value passes; rules may look at the other fields. */
type Check = (value: unknown, object: Fields) => boolean;

interface Property {
  transforms: ((params: TransformFnParams) => unknown)[];
  conditions: ((object: unknown, value: unknown) => boolean)[];
  checks: Check[];
}

const { CONDITIONAL_VALIDATION, CUSTOM_VALIDATION } = ValidationTypes;

/**
 * The decorators of a DTO class, gathered once into plain functions: accepts what `plainToInstance` and
 * `validateSync` with `whitelist` and `forbidNonWhitelisted` accept, at a tenth of their time, for places
 * that check many thousand objects. It only says yes or no: who needs the reasons asks the slow way.
 * Knows `@Transform`, `@Expose()`, `@ValidateIf` and every rule made by `registerDecorator`; nested DTOs and other types,
 * names for the outside, exclusions, groups, versions and asynchronous rules are refused when it is built.
 */
export class CompiledRules<T extends object> {
  private readonly properties: ReadonlyMap<string, Property>;
  /** Properties that are looked at even where the object lacks them. */
  private readonly always: readonly string[];

  /** @throws Error for a decorator that it does not know */
  constructor(dto: new () => T) {
    this.properties = compile(dto);
    const exposed = defaultMetadataStorage.getExposedProperties(dto, TransformationType.PLAIN_TO_CLASS);
    const required = [...this.properties].filter(([, property]) => !passes(property, undefined, {}));
    this.always = [...new Set([...exposed, ...required.map(([name]) => name)])];
  }

  /** Whether the DTO has no rules. */
  get isEmpty(): boolean {
    return this.properties.size === 0;
  }

  /** Whether the DTO has a property of this name. */
  has(name: string): boolean {
    return this.properties.has(name);
  }

  /** A plain object with the fields as the DTO reads them, or `undefined` where it breaks a rule or has an unknown property. */
  read(object: Fields): T | undefined {
    const names = Object.keys(object);
    if (!names.every((name) => this.properties.has(name))) return undefined;
    const asked = [...new Set([...names, ...this.always])].map(
      (name) => [name, this.properties.get(name)] as const,
    );
    const result: Fields = {};
    for (const [name, property] of asked) {
      const value = property && transformed(property, object, name);
      if (value !== undefined) result[name] = value;
    }
    // Once all are read, since a rule may look at other fields.
    for (const [name, property] of asked) {
      if (property === undefined || !(name in result || this.always.includes(name))) continue;
      if (!passes(property, result[name], result)) return undefined;
    }
    return result as T;
  }
}

const transformed = ({ transforms }: Property, object: Fields, key: string): unknown => {
  let value = object[key];
  for (const transform of transforms) {
    value = transform({ value, key, obj: object, type: TransformationType.PLAIN_TO_CLASS, options: {} });
  }
  return value;
};

const passes = ({ conditions, checks }: Property, value: unknown, object: Fields): boolean =>
  !conditions.every((holds) => holds(object, value)) || checks.every((check) => check(value, object));

const compile = (dto: new () => object): Map<string, Property> => {
  const properties = new Map<string, Property>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false)) {
    const name = metadata.propertyName;
    refuseUnknown(dto, metadata);
    const property = properties.get(name) ?? {
      transforms: transformsOf(dto, name),
      conditions: [],
      checks: [],
    };
    properties.set(name, property);
    if (metadata.type === CONDITIONAL_VALIDATION) {
      property.conditions.push((metadata.constraints as Property['conditions'])[0] ?? (() => true));
    } else if (metadata.type === CUSTOM_VALIDATION) {
      property.checks.push(...checksOf(dto, metadata));
    } else {
      throw new Error(`${dto.name}.${name}: rules of type ${metadata.type} cannot be compiled`);
    }
  }
  return properties;
};

const transformsOf = (dto: new () => object, name: string): Property['transforms'] =>
  transformMetadatas(dto, name).map(({ transformFn }) => transformFn as Property['transforms'][number]);

const transformMetadatas = (dto: new () => object, name: string) =>
  defaultMetadataStorage.findTransformMetadatas(dto, name, TransformationType.PLAIN_TO_CLASS);

/** @throws Error for what else decorators may say of a property: it would be passed over without a word */
const refuseUnknown = (dto: new () => object, { propertyName: name, groups, validateIf }: Metadata): void => {
  const transforms = transformMetadatas(dto, name);
  // Unlike their types say, these may be missing.
  const exposed = defaultMetadataStorage.findExposeMetadata(dto, name) as { options: object } | undefined;
  const ofGroups = groups as string[] | undefined;
  const unknown = {
    // A transformation has the last word on what is made of the value.
    type: transforms.length === 0 && Boolean(defaultMetadataStorage.findTypeMetadata(dto, name)),
    exclusion: Boolean(defaultMetadataStorage.findExcludeMetadata(dto, name)),
    'options of @Expose': Object.keys(exposed?.options ?? {}).length > 0,
    'options of @Transform': transforms.some(({ options }) => Object.keys(options).length > 0),
    groups: (ofGroups ?? []).length > 0,
    validateIf: Boolean(validateIf),
  };
  for (const [what, is] of Object.entries(unknown))
    if (is) throw new Error(`${dto.name}.${name}: ${what} cannot be compiled`);
};

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const checksOf = (dto: new () => object, metadata: Metadata): Check[] =>
  getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .map(({ instance, async }) => {
      if (async)
        throw new Error(`${dto.name}.${metadata.propertyName}: asynchronous rules cannot be compiled`);
      const args: ValidationArguments = {
        targetName: dto.name,
        property: metadata.propertyName,
        object: {},
        value: undefined,
        constraints: metadata.constraints as unknown[],
      };
      const check: Check = (value, object) => instance.validate(value, { ...args, object, value }) === true;
      if (!metadata.each) return check;
      return (value, object) =>
        Array.isArray(value) ? value.every((item) => check(item, object)) : check(value, object);
    });
