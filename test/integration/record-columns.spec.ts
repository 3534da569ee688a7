import fc from 'fast-check';
import { Client } from 'pg';
import { RecordColumns } from '../../src/platform/database';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

interface Row {
  id: string | null;
  text: string | null | undefined;
  whole: number | null;
  float: number | null;
  day: string | null;
  time: string | null;
  tags: string[] | null;
  json: Record<string, unknown> | null;
}

const COLUMNS = new RecordColumns<Row>({
  id: { type: 'uuid', of: ({ id }) => id },
  text: { type: 'text', of: ({ text }) => text },
  whole: { type: 'integer', of: ({ whole }) => whole },
  float: { type: 'double precision', of: ({ float }) => float },
  day: { type: 'date', of: ({ day }) => day },
  time: { type: 'timestamptz', of: ({ time }) => time },
  tags: { type: 'text[]', of: ({ tags }) => tags },
  json: { type: 'jsonb', of: ({ json }) => json },
  made: { type: 'new uuid' },
});

/** Whatever Postgres can store. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('', 'NULL', '{}', '"', '\\', 'a,b', '\n', '😀'),
  )
  .map((value) => value.replaceAll('\u0000', '').toWellFormed());
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { freq: 3 });
const time = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const json = fc.dictionary(
  text,
  fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text, { maxLength: 2 })),
  {
    maxKeys: 3,
  },
);
const row: fc.Arbitrary<Row> = fc.record({
  id: orNull(fc.uuid()),
  text: orNull(text),
  whole: orNull(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  float: orNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
  day: orNull(time.map((value) => value.slice(0, 10))),
  time: orNull(time),
  tags: orNull(fc.array(text, { maxLength: 3 })),
  json: orNull(json),
});

/** A record that has nothing, in both ways. */
const nothing: Row = {
  id: null,
  text: undefined,
  whole: null,
  float: null,
  day: null,
  time: null,
  tags: null,
  json: null,
};

describe('records for a statement', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** The records as Postgres has read them. */
  const read = async (records: readonly Row[]): Promise<(Row & { place: number; made: string })[]> => {
    const result = await client.query<Row & { place: number; made: string }>({
      name: 'records',
      text: `SELECT place, id, text, whole, float, day::text AS day, tags, json, made,
                    to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
             FROM ${COLUMNS.table(1)} r ORDER BY place`,
      values: COLUMNS.values(records),
    });
    return result.rows;
  };

  it('reach Postgres as they are, in their order, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (records) => {
        const rows = await read(records);
        const zero = (value: number | null): number | null => (value === 0 ? 0 : value);
        expect(rows.map(({ made: _made, ...rest }) => rest)).toEqual(
          records.map((record, index) => ({ ...record, float: zero(record.float), place: index + 1 })),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('have what is left out as null, also where no record has it', async () => {
    expect(await read([nothing, { ...nothing, text: 'x' }])).toMatchObject([{ text: null }, { text: 'x' }]);
    expect(await read([nothing])).toMatchObject([{ place: 1, ...nothing, text: null }]);
    expect(await read([])).toEqual([]);
  });

  it.each(['', 'x'.repeat(36), '018f-0000', `${'0'.repeat(31)}g`, '\u0130'.repeat(32)])(
    'refuse %p as an id',
    async (id) => {
      await expect(read([{ ...nothing, id }])).rejects.toThrow(RangeError);
    },
  );

  it('get UUIDs of version 7 of their own, in ascending order', async () => {
    const made = (await read(Array<Row>(500).fill(nothing))).map(({ made: id }) => id);

    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(500);
    expect(
      made.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
  });

  it('are refused where a time is none', () => {
    const wrong = new RecordColumns<string>({ at: { type: 'timestamptz', of: (at) => at } });

    expect(() => wrong.values(['soon'])).toThrow('soon is no time');
  });
});
