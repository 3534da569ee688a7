/** What is searched for with `q`. Every word is the beginning of a word in title or company; all have to be there. */
export const WORDS: Readonly<Record<string, string>> = {
  'rare, in 2 of 1288 postings': 'kernel',
  'seldom, in 16 of them': 'robotics',
  'common, in two of three': 'engineer',
  'two common ones': 'software engineer',
  'a common and a seldom one': 'engineer nvidia',
  'beginning of a common one': 'eng',
  'two letters': 'de',
  'nobody has it': 'qqxyzzy',
};
