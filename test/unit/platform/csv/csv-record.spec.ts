import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { csvRecord } from '../../../../src/platform/csv';

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom('', ' ', '"', '""', ',', '\n', '\r', '\r\n', 'a "b", c', "'=1", ';', '\t', '\ufeff'),
);

describe('CSV record', () => {
  it('is what a general writer makes of the cells, carriage returns quoted', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), (cells) => {
        expect(csvRecord(cells)).toBe(stringify([cells], { quoted_match: /\r/ }));
      }),
      { numRuns: 2000 },
    );
  });

  it('quotes what would end a cell or a record', () => {
    expect(csvRecord(['a', '', 'b,c', 'say "d"', 'e\nf', 'g\rh'])).toBe(
      'a,,"b,c","say ""d""","e\nf","g\rh"\n',
    );
  });
});
