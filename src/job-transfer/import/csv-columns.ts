import { type FieldError, ValidationFailed } from '../../platform/http';
import { CompiledRules } from '../../platform/validation';
import { unguardCell } from '../../platform/csv';
import { splitTags } from '../cells/tag-cell';
import { ImportJobFieldsDto, READ_ONLY_JOB_FIELDS } from './import-job.dto';

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

const asNumber = (cell: string): unknown => (NUMBER.test(cell) ? Number(cell) : cell);

const asJson = (cell: string): unknown => {
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
};

/** Columns whose cells are more than text; what cannot be read stays text, and the field's rule says so. */
const CONVERSIONS: Readonly<Record<string, (cell: string) => unknown>> = {
  salaryMin: asNumber,
  salaryMax: asNumber,
  tags: splitTags,
  attributes: asJson,
};

const known = new CompiledRules(ImportJobFieldsDto);

/** The columns of a CSV file, by its header row. */
export class CsvColumns {
  /** @throws ValidationFailed naming each column that is unknown or comes twice */
  constructor(private readonly names: readonly string[]) {
    const errors = names.flatMap((name, index): FieldError[] => {
      const field = `column ${JSON.stringify(name.slice(0, 100).toWellFormed())}`;
      if (!known.has(name) && !READ_ONLY_JOB_FIELDS.has(name)) {
        return [{ field, message: 'is not known here: the header row holds names of fields' }];
      }
      return names.indexOf(name) === index ? [] : [{ field, message: 'comes twice' }];
    });
    if (errors.length > 0) throw new ValidationFailed(errors.slice(0, 20));
  }

  get count(): number {
    return this.names.length;
  }

  /** The fields that a record gives; an empty cell gives none. */
  record(cells: readonly string[]): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    this.names.forEach((name, index) => {
      const cell = cells[index];
      if (cell === undefined || cell === '') return;
      const text = unguardCell(cell);
      record[name] = CONVERSIONS[name]?.(text) ?? text;
    });
    return record;
  }
}
