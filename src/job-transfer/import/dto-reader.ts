import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { fieldErrors, MAX_DEPTH, nestsWithin, type FieldError } from '../../platform/http';
import { CompiledRules } from '../../platform/validation';

/** Reads objects by the rules of a DTO: quickly where they are kept, thoroughly where they are not. */
export class DtoReader<T extends object> {
  private readonly rules: CompiledRules<T>;

  /** @param passedOver names of properties that may be there and mean nothing */
  constructor(
    private readonly dto: new () => T,
    private readonly passedOver: ReadonlySet<string>,
  ) {
    this.rules = new CompiledRules(dto);
  }

  /** The object as the DTO reads it, or what is wrong with it. */
  read(object: Record<string, unknown>): { value: T } | { errors: FieldError[] } {
    const fields = this.withoutPassedOver(object);
    const value = this.rules.read(fields);
    return value === undefined ? { errors: this.explain(fields) } : { value };
  }

  private withoutPassedOver(object: Record<string, unknown>): Record<string, unknown> {
    const names = Object.keys(object);
    if (!names.some((name) => this.passedOver.has(name))) return object;
    return Object.fromEntries(
      names.filter((name) => !this.passedOver.has(name)).map((name) => [name, object[name]]),
    );
  }

  private explain(fields: Record<string, unknown>): FieldError[] {
    const unknown = Object.keys(fields).filter((name) => !this.rules.has(name));
    if (unknown.length > 0)
      return unknown.slice(0, 5).map((field) => ({ field, message: 'is not known here' }));
    if (!nestsWithin(fields, MAX_DEPTH))
      return [{ field: 'line', message: `must not nest deeper than ${MAX_DEPTH}` }];
    const errors = fieldErrors(validateSync(plainToInstance(this.dto, fields)));
    return errors.length > 0 ? errors : [{ field: 'line', message: 'is not valid' }];
  }
}

/** Whether a value is an object of JSON. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
