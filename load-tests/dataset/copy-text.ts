/** A value of a column as the text format of COPY takes it. */
export type CopyValue = string | number | null;

const SPECIAL = /[\\\n\r\t]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const field = (value: CopyValue): string => {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  return value.replace(SPECIAL, (character) => ESCAPES[character] ?? character);
};

/** One row in the text format of COPY (Postgres manual, COPY, "Text Format"). */
export const copyLine = (values: readonly CopyValue[]): string => `${values.map(field).join('\t')}\n`;

/** The text of an array of texts, as Postgres reads it. */
export const arrayText = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
