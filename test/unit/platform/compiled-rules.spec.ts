import { Exclude, Expose, plainToInstance, Transform, Type } from 'class-transformer';
import {
  getMetadataStorage,
  IsNumber,
  IsString,
  ValidateBy,
  ValidateNested,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { LoginDto, RegisterDto } from '../../../src/auth/dto/credentials.dto';
import { UpdateProfileDto } from '../../../src/auth/dto/profile.dto';
import { LogoutDto, RefreshDto } from '../../../src/auth/dto/refresh.dto';
import { CreateExportDto } from '../../../src/exports/dto/create-export.dto';
import { AppendStatusEventDto, HistoryQueryDto } from '../../../src/job-status-events/status-event.dto';
import { ExportQueryDto } from '../../../src/job-transfer/export/export-query.dto';
import { ImportJobFieldsDto } from '../../../src/job-transfer/import/import-job.dto';
import { ImportQueryDto } from '../../../src/job-transfer/import/import-query.dto';
import {
  ArchiveJobDto,
  BulkArchiveDto,
  BulkDeadlineDto,
  BulkStatusDto,
} from '../../../src/jobs/dto/bulk.dto';
import { CreateJobDto, UpdateJobDto } from '../../../src/jobs/dto/create-job.dto';
import { ListJobsDto } from '../../../src/jobs/list/list-jobs.dto';
import { CompiledRules } from '../../../src/platform/validation';
import { ListSkillsDto } from '../../../src/skills/skill.dto';
import { StatsQueryDto } from '../../../src/stats/stats-query.dto';

const ID = '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11';

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
const words = fc.constantFrom(
  'x',
  '1',
  '100',
  '101',
  '0',
  'true',
  'a,b',
  'applied',
  '80000.5',
  'csv',
  'skip',
  'auto',
  'all',
);
const others = fc.constantFrom(
  ID,
  [ID],
  [ID, 'x'],
  'ada@example.com',
  'long enough',
  '-createdAt',
  'Europe/Berlin',
  ['a,b', 'c'],
);
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 4, arbitrary: words },
  { weight: 3, arbitrary: others },
  { weight: 2, arbitrary: fc.constantFrom('2026-01-31', '2026-02-30', '2026-01-31T09:30:00Z', '0000-01-01') },
  fc.constantFrom<unknown>(null, true, 0, -1, 1.005, 99.99, 1e13, [], {}, ['a'], ['a', 1], [''], [['a']]),
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }),
);

/** The rules of a class with the property `given`, decorated so. */
const decorated = (...decorators: PropertyDecorator[]): (() => unknown) => {
  class Odd {
    given: unknown;
  }
  for (const decorate of decorators) decorate(Odd.prototype, 'given');
  return () => new CompiledRules(Odd);
};

describe('rules that are compiled', () => {
  it.each<[string, PropertyDecorator[]]>([
    ['another type', [Type(() => Date), IsString()]],
    ['a nested object', [ValidateNested()]],
    ['another name', [Expose({ name: 'taken' }), IsString()]],
    ['an exclusion', [Exclude(), IsString()]],
    [
      'a transformation of a group',
      [Transform(({ value }) => value as unknown, { groups: ['some'] }), IsString()],
    ],
    ['a rule of a group', [IsString({ groups: ['some'] })]],
    ['a rule on a condition', [IsString({ validateIf: () => false })]],
  ])('are refused with %s', (_what, decorators) => {
    expect(decorated(IsString())).not.toThrow();
    expect(decorated(...decorators)).toThrow(/Odd\.given: .* cannot be compiled/);
  });

  it('let a rule look at the other fields as they are read', () => {
    class Span {
      @Transform(({ value }) => Number(value))
      @IsNumber()
      from!: number;

      @Transform(({ value }) => Number(value))
      @ValidateBy({
        name: 'notBefore',
        validator: {
          validate: (value, args) =>
            (value as number) >= (args?.object as Span).from && args?.value === value,
        },
      })
      to!: number;
    }
    const rules = new CompiledRules(Span);
    expect(rules.read({ to: '10', from: '9' })).toEqual({ from: 9, to: 10 });
    expect(rules.read({ to: '8', from: '9' })).toBeUndefined();
  });
});

/** What requests are read as, and the least that each accepts. */
const CASES: [new () => object, Record<string, unknown>][] = [
  [ImportJobFieldsDto, { title: 'x' }],
  [CreateJobDto, { title: 'x' }],
  [UpdateJobDto, {}],
  [AppendStatusEventDto, { status: 'applied' }],
  [HistoryQueryDto, {}],
  [ListJobsDto, {}],
  [ExportQueryDto, { format: 'csv' }],
  [CreateExportDto, { format: 'csv' }],
  [ImportQueryDto, {}],
  [BulkStatusDto, { ids: [ID], status: 'applied' }],
  [BulkDeadlineDto, { ids: [ID], deadline: null }],
  [BulkArchiveDto, { ids: [ID] }],
  [ArchiveJobDto, {}],
  [StatsQueryDto, {}],
  [ListSkillsDto, {}],
  [LoginDto, { email: 'ada@example.com', password: 'long enough' }],
  [RegisterDto, { email: 'ada@example.com', password: 'long enough' }],
  [RefreshDto, { refreshToken: 'x' }],
  [LogoutDto, {}],
  [UpdateProfileDto, {}],
];

const namesOf = (dto: new () => object): string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(dto, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

describe.each(CASES)('compiled rules of %p', (dto, least) => {
  it('accept what the validation of requests accepts, and read it alike', () => {
    const rules = new CompiledRules<object>(dto);
    const names = fc.constantFrom(...namesOf(dto), ...namesOf(dto), 'unknown');
    let accepted = 0;
    expect(rules.read(least)).toEqual(slowly(dto, least));
    fc.assert(
      fc.property(fc.dictionary(names, value, { maxKeys: 4 }), fc.boolean(), (given, complete) => {
        const object = { ...(complete ? least : {}), ...given };
        const read = rules.read(object);
        if (read !== undefined) accepted++;
        expect(read === undefined ? undefined : { ...read }).toEqual(slowly(dto, object));
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
