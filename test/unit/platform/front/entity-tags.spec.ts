import { heldTag, isAny, tagOf } from '../../../../src/platform/front/entity-tags';

describe('If-None-Match', () => {
  it.each([
    ['"abc"', '"abc"'],
    ['W/"abc"', '"abc"'],
    ['"abc-br"', '"abc-br"'],
    ['"abc-gzip"', '"abc-gzip"'],
    ['"x", W/"abc-br" , "y"', '"abc-br"'],
    ['"x","abc"', '"abc"'],
  ])('%s names the answer, by the tag %s', (header, held) => {
    expect(heldTag(header, 'abc')).toBe(held);
  });

  it.each(['"abcd"', 'abc', '"abc-zstd"', '"-br"', '""', '*', '"ab", "c"', ''])(
    '%s names another',
    (header) => {
      expect(heldTag(header, 'abc')).toBeUndefined();
    },
  );

  it('* means whatever there is', () => {
    expect([' * ', '*', '"*"', 'W/"*"'].map(isAny)).toEqual([true, true, false, false]);
  });
});

it('A tag tells its parts apart', () => {
  expect(tagOf('a', 'b')).not.toBe(tagOf('ab'));
  expect(tagOf('a', 'b')).toMatch(/^[0-9a-f]{24}$/);
});
