import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { CsvReader } from '../../../src/job-transfer/import/csv-reader';
import { LineFailure, MAX_RECORD_BYTES } from '../../../src/job-transfer/import/source-line';
import { ValidationFailed } from '../../../src/platform/http';

const read = (file: string | Buffer, chunkSize = Infinity): [number, unknown][] => {
  const bytes = Buffer.from(file);
  const reader = new CsvReader();
  const lines = [];
  for (let at = 0; at < bytes.length; at += chunkSize) {
    lines.push(...reader.push(bytes.subarray(at, Math.min(bytes.length, at + chunkSize))));
  }
  lines.push(...reader.end());
  return lines.map(({ line, content }) => [
    line,
    content instanceof LineFailure ? content.code : content.value,
  ]);
};

const refusal = (file: string): string => {
  try {
    read(file);
  } catch (error) {
    if (error instanceof ValidationFailed) return error.message;
  }
  return 'was read';
};

describe('CSV reader', () => {
  it('names each record by the physical line where it starts, over blank lines and line breaks in cells', () => {
    expect(read('\ufefftitle,notes\r\n\r\na,"1\r\n2"\r\n\nb,\n"c","say ""hi"", ok"')).toEqual([
      [3, { title: 'a', notes: '1\r\n2' }],
      [6, { title: 'b' }],
      [7, { title: 'c', notes: 'say "hi", ok' }],
    ]);
  });

  it('fails a broken record alone', () => {
    const file = 'title,company\na,1\nb,"2"x\nc,3,4\n5" pipe,6\n"open,7\nd,8\n';
    expect(read(file)).toEqual([
      [2, { title: 'a', company: '1' }],
      [3, 'malformed_csv'],
      [4, 'malformed_csv'],
      [5, 'malformed_csv'],
      [6, 'malformed_csv'],
      [7, { title: 'd', company: '8' }],
    ]);
  });

  it('passes over a record that is too long, in constant memory, and goes on after it', () => {
    const long = 'x'.repeat(MAX_RECORD_BYTES + 10);
    expect(read(`title\na\n${long}\nb\n"${long}"\nc\n`, 100_000)).toEqual([
      [2, { title: 'a' }],
      [3, 'line_too_long'],
      [4, { title: 'b' }],
      [5, 'line_too_long'],
      [6, { title: 'c' }],
    ]);
  });

  it('fails a record whose bytes are not UTF-8', () => {
    const file = Buffer.concat([
      Buffer.from('title\na\n'),
      Buffer.from([0xc3, 0x28, 0x0a]),
      Buffer.from('b\n'),
    ]);
    expect(read(file)).toEqual([
      [2, { title: 'a' }],
      [3, 'invalid_utf8'],
      [4, { title: 'b' }],
    ]);
  });

  it('reads numbers, tags and JSON, and leaves what it cannot read for the rules to refuse', () => {
    expect(read('title,salaryMin,tags,attributes\na,1e3,x|y,"{""k"":1}"\nb,much,z,{oops\n')).toEqual([
      [2, { title: 'a', salaryMin: 1000, tags: ['x', 'y'], attributes: { k: 1 } }],
      [3, { title: 'b', salaryMin: 'much', tags: ['z'], attributes: '{oops' }],
    ]);
  });

  it.each([
    ['title,colour\n', 'column "colour"'],
    ['title,company,title\n', 'column "title"'],
    ['title,\n', 'column ""'],
    ['', 'header'],
    ['"title\n', 'header'],
  ])('refuses the header row %j naming what is wrong', (file, named) => {
    expect(refusal(file)).toContain(named);
  });

  it('reads back what a CSV writer wrote, however the bytes are cut', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '😀'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), fc.integer({ min: 1, max: 40 }), (rows, chunkSize) => {
        const file = stringify([['title', 'notes'], ...rows.map(([title, notes]) => [`t${title}`, notes])], {
          quoted_match: /\r/,
        });
        const records = read(file, chunkSize).map(([, value]) => value);
        expect(records).toEqual(
          rows.map(([title, notes]) => ({ title: `t${title}`, ...(notes === '' ? {} : { notes }) })),
        );
      }),
      { numRuns: 300 },
    );
  });
});
