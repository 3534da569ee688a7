import { matchingSkills } from '../../../src/skills/matching-skills';
import type { SkillEntry } from '../../../src/skills/skill-table.query';

const table = (...names: string[]) => ({
  skills: names.map((name, index): SkillEntry => [name, name.toLowerCase(), names.length - index]),
  approximate: false,
  madeAt: 0,
});

const matching = (names: string[], prefix: string, limit = 100): string[] =>
  matchingSkills(table(...names), prefix, limit).map(({ name }) => name);

describe('A prefix of a skill', () => {
  it('is the beginning of the whole tag, not of each word, without regard to case', () => {
    expect(matching(['JavaScript', 'Java', 'Cold Java', 'java ee', 'jav'], 'JAVA')).toEqual([
      'JavaScript',
      'Java',
      'java ee',
    ]);
  });

  it('may have white space around it, as may the tag', () => {
    expect(matching(['  Remote', 'remote work'], '  rem\t')).toEqual(['  Remote', 'remote work']);
    expect(matching(['remote', 'remote work'], 'remote w')).toEqual(['remote work']);
  });

  it('that is empty or blank is that of every tag', () => {
    expect(matching(['b', 'a'], '')).toEqual(['b', 'a']);
    expect(matching(['b', 'a'], ' ')).toEqual(['b', 'a']);
  });

  it('stands for itself in every character', () => {
    const names = ['100%', '100 percent', 'a_b', 'axb', 'c\\d', 'c.d', 'cd', '.*', '^a', '[x]'];
    expect(
      ['100%', 'a_', 'c\\', 'c.', '.*', '^', '[', '%', '_'].map((prefix) => matching(names, prefix)),
    ).toEqual([['100%'], ['a_b'], ['c\\d'], ['c.d'], ['.*'], ['^a'], ['[x]'], [], []]);
  });

  it('is folded like the tags are: beyond ASCII, and with a sigma that does not end the word yet', () => {
    expect(matching(['Élixir', 'elixir'], 'éL')).toEqual(['Élixir']);
    expect(matching(['ΟΔΟΣΑ', 'ΟΔΟΣ'], 'ΟΔΟΣ')).toEqual(['ΟΔΟΣΑ', 'ΟΔΟΣ']);
    expect(matching(['𐐀bc'], '𐐨B')).toEqual(['𐐀bc']);
  });
});

it('The first skills of the table that match are given, as many as wanted', () => {
  expect(matchingSkills(table('ab', 'b', 'aa', 'ac'), 'a', 2)).toEqual([
    { name: 'ab', count: 4 },
    { name: 'aa', count: 2 },
  ]);
});
