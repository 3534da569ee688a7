/** A selector of an expression of PromQL: the metric, and the labels that it is told apart by. */
export interface Selector {
  metric: string;
  matchers: { label: string; operator: '=' | '!=' | '=~' | '!~'; value: string }[];
}

const KEYWORDS = new Set([
  ...['and', 'or', 'unless', 'offset', 'bool', 'start', 'end', 'inf', 'nan'],
  ...['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'],
]);

/** Labels in brackets after these words are no metrics. */
const GROUPINGS = /\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;

/** Ranges, and the variables that Grafana puts in their place; and times gone back. */
const RANGES = /\[[^\]]*\]|\boffset\s+\w+/g;

const NAME = /([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(\s*\()?/g;

const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;

/**
 * The selectors of an expression. Not a parser of PromQL: enough for expressions without braces in texts, and without
 * selectors that have no name.
 */
export const selectorsOf = (expression: string): Selector[] => {
  const bare = expression.replaceAll(GROUPINGS, ' ').replaceAll(RANGES, ' ');
  return [...bare.matchAll(NAME)].flatMap(([, metric = '', matchers = '', call]) =>
    call !== undefined || KEYWORDS.has(metric)
      ? []
      : {
          metric,
          matchers: [...matchers.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) => ({
            label,
            operator: operator as '=',
            value,
          })),
        },
  );
};
