import { cheapestWay, saysLittle, type Way } from '../../../src/jobs/list/search-page.query';

const LOOKED = 320;
const PAGE = { limit: 20, offset: 0 };
const MILLION = { owned: 1_000_000, ofStatus: null };

const way = (
  met: number,
  more: { found?: number; owned?: number; ofStatus?: number | null } = {},
  page = PAGE,
): Way => cheapestWay(page, { found: met, met, ...MILLION, ...more }, LOOKED);

describe('The way to a page of a search whose first walk did not fill it', () => {
  it.each<[string, Way['name'], Way]>([
    ['a word that one of 20 jobs has, of a million', 'walk', way(16)],
    ['a word that one of 160 has, of a million', 'walk', way(2)],
    ['the same of ten thousand jobs', 'collect', way(2, { owned: 10_000 })],
    ['a word that was not met', 'collect', way(0)],
    [
      'a frequent word whose jobs are not of the status, which many are',
      'collect',
      way(0, { found: 160, ofStatus: 400_000 }),
    ],
    [
      'a frequent word whose jobs are not of the status, which few are',
      'status',
      way(0, { found: 160, ofStatus: 9_000 }),
    ],
    ['a word of few jobs, of a status that few are', 'collect', way(0, { found: 0, ofStatus: 10 })],
    [
      'a word that one of four met has, of a status that few are',
      'status',
      way(1, { found: 80, ofStatus: 50 }),
    ],
    ['the second page of a word that fills half a page', 'walk', way(10, {}, { limit: 20, offset: 20 })],
    ['a deep page of a frequent word', 'walk', way(160, {}, { limit: 20, offset: 1_000 })],
  ])('%s: %s', (_what, name, chosen) => {
    expect(chosen.name).toBe(name);
  });

  it('goes half as far again as what was met makes expect the page to end', () => {
    expect(way(16).rows).toBe((1.5 * 21 * LOOKED) / 16);
    expect(way(160, {}, { limit: 20, offset: 1_000 }).rows).toBe((1.5 * 1021 * LOOKED) / 160);
  });
});

describe('A first walk for a search', () => {
  it.each<[string, boolean, number, number]>([
    ['that met few, of a million', true, 2, 1_000_000],
    ['that met none, of a million', true, 0, 1_000_000],
    ['that met enough to tell', false, 8, 1_000_000],
    ['that met few, of a thousand that are collected in no time', false, 2, 1_000],
    ['that met none, of a hundred thousand', false, 0, 100_000],
    ['that met three, of two hundred thousand', true, 3, 200_000],
  ])('%s says little: %s', (_what, little, found, owned) => {
    expect(saysLittle({ found, owned }, LOOKED)).toBe(little);
  });
});
