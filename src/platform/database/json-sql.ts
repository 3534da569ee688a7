/** SQL for a time as answers show it: UTC, milliseconds, `Z`. */
export const jsonTime = (expression: string): string =>
  `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * SQL for the JSON text of an object, property -> expression, in that order. `row_to_json` over a sub-select
 * is the quickest way Postgres has for it.
 */
export const jsonObject = (properties: Record<string, string>): string => {
  const columns = Object.entries(properties).map(([name, expression]) => `${expression} AS "${name}"`);
  return `(SELECT row_to_json(o) FROM (SELECT ${columns.join(', ')}) o)::text`;
};
