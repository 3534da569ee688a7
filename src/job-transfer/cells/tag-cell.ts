/** Joins tags by `|`; a `|` or `\` of a tag gets a `\` in front. */
export const joinTags = (tags: readonly string[]): string =>
  tags.map((tag) => tag.replace(/[\\|]/g, (character) => `\\${character}`)).join('|');

/** Undoes `joinTags`. A `\` before anything but `|` and `\` is itself. */
export const splitTags = (cell: string): string[] => {
  const tags: string[] = [];
  let tag = '';
  for (let at = 0; at < cell.length; at++) {
    const character = cell.charAt(at);
    const next = cell.charAt(at + 1);
    if (character === '|') {
      tags.push(tag);
      tag = '';
    } else if (character === '\\' && (next === '|' || next === '\\')) {
      tag += next;
      at++;
    } else {
      tag += character;
    }
  }
  return [...tags, tag];
};
