import fc from 'fast-check';
import { LineSplitter } from '../../../src/job-transfer/import/line-splitter';

/** Splits `text`, cut into chunks at the given places; `undefined` stands for a line that is too long. */
const split = (text: string, cuts: number[] = [], maxBytes = 1000): [number, string | undefined][] => {
  const bytes = Buffer.from(text);
  const splitter = new LineSplitter(maxBytes);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const read = (lines: ReturnType<LineSplitter['end']>): [number, string | undefined][] =>
    lines.map(({ number, bytes: line }) => [number, line?.toString()]);
  const pieces = places
    .slice(1)
    .flatMap((place, index) => read(splitter.push(bytes.subarray(places[index], place))));
  return [...pieces, ...read(splitter.end())];
};

describe('line splitter', () => {
  it('numbers lines from 1 and takes LF, CRLF and a last line without an end', () => {
    expect(split('a\r\n\nb')).toEqual([
      [1, 'a'],
      [2, ''],
      [3, 'b'],
    ]);
  });

  it('passes over a line that is too long, wherever it stands', () => {
    const long = 'x'.repeat(21);
    expect(split(`${long}\na\n${long}\nb\n${long}`, [3, 25, 30, 31], 20)).toEqual([
      [1, undefined],
      [2, 'a'],
      [3, undefined],
      [4, 'b'],
      [5, undefined],
    ]);
  });

  it('takes a line of exactly the limit, CRLF or not', () => {
    const line = 'x'.repeat(20);
    expect(split(`${line}\r\n${line}\n${line}`, [5, 41], 20).map(([, text]) => text)).toEqual([
      line,
      line,
      line,
    ]);
  });

  it('gives the same lines however the bytes are cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\r', ' '), maxLength: 12 })),
        fc.array(fc.nat(200), { maxLength: 20 }),
        (lines, cuts) => {
          const text = lines.join('\n');
          expect(split(text, cuts, 16)).toEqual(split(text, [], 16));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps no more than the limit of a line that never ends', () => {
    const splitter = new LineSplitter(1000);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 2000; count++) expect(splitter.push(chunk)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    expect(splitter.end()).toEqual([{ number: 1, bytes: undefined }]);
  });
});
