import fc from 'fast-check';
import { parse } from 'fast-querystring';
import { requestKey } from '../../../../src/platform/front/request-key';

/** Texts of a query as clients send them, and as none should: broken encodings, empty names, signs twice. */
const part = fc.string({
  unit: fc.constantFrom('a', 'b', '=', '+', '%', '%20', '%41', '%FF', '%C3', '%EF%BF%BD', '\uFFFD', '?', 'é'),
  maxLength: 5,
});
const parameters = fc.array(part, { maxLength: 4 });

const read = (query: string): string =>
  JSON.stringify(Object.entries(parse(query)).sort(([one], [other]) => (one < other ? -1 : 1)));

describe('The key of a request', () => {
  it('is one only for queries that are read alike', () => {
    fc.assert(
      fc.property(parameters, parameters, fc.nat(5), (one, other, turns) => {
        // Half of the time the same parameters in another order.
        const moved = turns % 2 === 0 ? [...one.slice(turns), ...one.slice(0, turns)] : other;
        const [first, second] = [one.join('&'), moved.join('&')];
        if (requestKey(`/api/jobs?${first}`) !== requestKey(`/api/jobs?${second}`)) return;
        expect(read(second)).toBe(read(first));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is one for the same parameters in any order, with or without a slash at the end', () => {
    const pairs = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), part.map(encodeURIComponent)), {
      selector: ([name]) => name,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        pairs.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const text = (of: string[][]): string => of.map((pair) => pair.join('=')).join('&');
          const key = requestKey(`/api/jobs?${text(list)}`);
          expect(requestKey(`/api/jobs?${text(shuffled)}`)).toBe(key);
          expect(requestKey(`/api/jobs/?${text(shuffled)}`)).toBe(key);
        },
      ),
    );
  });

  it('keeps the order of values of one name, also where the name is encoded', () => {
    expect(requestKey('/a?b=1&b=2')).not.toBe(requestKey('/a?b=2&b=1'));
    expect(requestKey('/a?%62=1&b=2')).not.toBe(requestKey('/a?b=2&%62=1'));
  });

  it('is there for no address that is too long or has a fragment', () => {
    expect(requestKey(`/a?b=${'c'.repeat(2_000)}`)).toBeUndefined();
    expect(requestKey('/a#b?c')).toBeUndefined();
    expect(requestKey('/')).toBe('/');
    expect(requestKey('/a/?')).toBe('/a');
  });
});
