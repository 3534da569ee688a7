import { countCharacters, hasAtMostCharacters } from '../../../src/platform/validation';

describe('The length of a text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['😀', 1],
    ['❤\ufe0f', 2],
    ['e\u0301', 2],
  ])('of %j is counted as Postgres counts it: %i', (text, count) => {
    expect(countCharacters(text)).toBe(count);
  });

  it('is at most the limit when the code points are, however many units they take', () => {
    expect(hasAtMostCharacters('😀'.repeat(200), 200)).toBe(true);
    expect(hasAtMostCharacters('😀'.repeat(201), 200)).toBe(false);
    expect(hasAtMostCharacters('❤\ufe0f'.repeat(200), 200)).toBe(false);
    expect(hasAtMostCharacters('a'.repeat(201), 200)).toBe(false);
  });
});
