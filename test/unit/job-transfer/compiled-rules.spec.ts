import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { ImportJobFieldsDto } from '../../../src/job-transfer/import/import-job.dto';
import { AppendStatusEventDto } from '../../../src/job-status-events';
import { CompiledRules } from '../../../src/platform/validation';

/** What the validation of a request body makes of an object: the fields, or `undefined` for a refusal. */
const slowly = <T extends object>(dto: new () => T, object: object): object | undefined => {
  const instance = plainToInstance(dto, object);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  return errors.length === 0 ? { ...instance } : undefined;
};

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    'x'.repeat(201),
    '😀'.repeat(150),
    'EUR',
    'https://a.example/b',
  ),
);
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom('2026-01-31', '2026-02-30', '2026-01-31T09:30:00Z', '0000-01-01') },
  fc.constantFrom<unknown>(null, true, 0, -1, 1.005, 99.99, 1e13, [], {}, ['a'], ['a', 1], [''], [['a']]),
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }),
);
const names = (fields: string) => fc.constantFrom(...fields.split(' '));

const CASES: [new () => object, string][] = [
  [
    ImportJobFieldsDto,
    'title name workflow status externalRef company url description salaryMin salaryMax salaryCurrency deadline ' +
      'tags attributes createdAt archivedAt archiveReason unknown',
  ],
  [AppendStatusEventDto, 'status note metadata occurredAt unknown'],
];

describe.each(CASES)('compiled rules of %p', (dto, fields) => {
  it('accept what the validation of requests accepts, and read it alike', () => {
    const rules = new CompiledRules<object>(dto);
    const required = dto === ImportJobFieldsDto ? { title: 'x' } : { status: 'applied' };
    let accepted = 0;
    fc.assert(
      fc.property(fc.dictionary(names(fields), value, { maxKeys: 5 }), fc.boolean(), (given, complete) => {
        const object = { ...(complete ? required : {}), ...given };
        const read = rules.read(object);
        if (read !== undefined) accepted++;
        expect(read === undefined ? undefined : { ...read }).toEqual(slowly(dto, object));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});
