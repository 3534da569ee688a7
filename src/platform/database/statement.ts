import { createHash } from 'node:crypto';

/** A parameterised SQL text with a name, under which each connection prepares it once. */
export interface Statement {
  /** `undefined`: parsed and planned anew at each use. */
  readonly name: string | undefined;
  /** What it answers, such as `jobs.append`: under which it is measured and logged. */
  readonly label: string;
  readonly text: string;
}

/** A statement and the values of its placeholders. */
export interface BoundStatement {
  statement: Statement;
  values: readonly unknown[];
}

/**
 * With its label as a comment: `pg_stat_activity`, `pg_stat_statements` and Postgres's log know a statement by its name, too.
 * After the first word, since the texts that Postgres 18 keeps begin with it.
 */
const labelled = (label: string, text: string): string => text.replace(/^\s*\w+/, `$& /* ${label} */`);

/**
 * Names an SQL text. The name carries a hash of the text, so that two texts never share a name (Postgres
 * would run the older one), and stays under Postgres's 63 bytes.
 * @param label what the statement answers, such as `jobs.append`
 */
export const statement = (label: string, text: string): Statement => ({
  name: `${label.slice(0, 40)}:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`,
  label,
  text: labelled(label, text),
});

/** A text that is used once, or in too many shapes to keep each prepared. */
export const unprepared = (text: string, label = 'unprepared'): Statement => ({
  name: undefined,
  label,
  text: labelled(label, text),
});
