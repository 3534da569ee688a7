import fc from 'fast-check';
import { guardCell, unguardCell } from '../../../src/platform/csv';
import { joinTags, splitTags } from '../../../src/job-transfer/cells/tag-cell';

const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', 'a', ' ') }),
);

describe('formula guard', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', "'=1", "''@x"])(
    'makes %j harmless',
    (text) => {
      expect(guardCell(text)).toBe(`'${text}`);
    },
  );

  it.each(['plain', "it's", "'quoted'", ' =1', '', "'", '1-2'])('leaves %j alone, both ways', (text) => {
    expect(guardCell(text)).toBe(text);
    expect(unguardCell(text)).toBe(text);
  });

  it('never lets a cell begin like a formula, and gives back what was there', () => {
    fc.assert(
      fc.property(cell, (text) => {
        expect(guardCell(text)).not.toMatch(/^[=+\-@\t\r\n]/);
        expect(unguardCell(guardCell(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('tags in a cell', () => {
  it('are joined by a bar, with bars and backslashes escaped', () => {
    expect(joinTags(['a', 'b|c', 'd\\'])).toBe('a|b\\|c|d\\\\');
  });

  it('takes a backslash before other characters for itself', () => {
    expect(splitTags('C:\\temp|x')).toEqual(['C:\\temp', 'x']);
  });

  it('come back as they were', () => {
    const tag = fc.string({ unit: fc.constantFrom('|', '\\', 'a', '\n', '"', 'é'), minLength: 1 });
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), (tags) => {
        expect(splitTags(joinTags(tags))).toEqual(tags);
      }),
      { numRuns: 2000 },
    );
  });
});
