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

/** Most texts that `preparable` names, in all and with one label: each costs memory on every connection. */
const MAX_PREPARED_SHAPES = { all: 300, ofLabel: 100 };

const shapes = new Map<string, Statement>();
const shapesOf = new Map<string, number>();

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

/**
 * Names a text that is put together from parts and comes in a few shapes. The first 100 shapes with one label, and the first 300 of
 * the process, are prepared; later ones are planned at each use.
 */
export const preparable = (label: string, text: string): Statement => {
  const known = shapes.get(text);
  if (known !== undefined) return known;
  const alike = shapesOf.get(label) ?? 0;
  if (shapes.size >= MAX_PREPARED_SHAPES.all || alike >= MAX_PREPARED_SHAPES.ofLabel)
    return unprepared(text, label);
  const named = statement(label, text);
  shapes.set(text, named);
  shapesOf.set(label, alike + 1);
  return named;
};
