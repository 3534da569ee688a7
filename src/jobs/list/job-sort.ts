import { jsonTime } from '../../platform/database';

/** How a sort reads: its column, its cursor key as text, and how that text becomes a value again. */
interface SortColumn {
  column: string;
  /** SQL for the key as text; what a cursor carries. */
  keyText: string;
  /** Type to cast a cursor's key back to. */
  cast: string;
  /** Whether jobs may lack a value; they come last in both directions. */
  nullable: boolean;
}

const time = (column: string): SortColumn => ({
  column,
  keyText: jsonTime(`j.${column}`),
  cast: 'timestamptz',
  nullable: false,
});

const SORT_COLUMNS = {
  createdAt: time('created_at'),
  updatedAt: time('updated_at'),
  title: { column: 'title_key', keyText: 'j.title_key', cast: 'text', nullable: false },
  company: { column: 'company_key', keyText: 'j.company_key', cast: 'text', nullable: true },
  deadline: { column: 'deadline', keyText: 'j.deadline::text', cast: 'date', nullable: true },
  currentStatusAt: time('current_status_at'),
} satisfies Record<string, SortColumn>;

/** Every value of `sort`. */
export const SORTS: readonly string[] = Object.keys(SORT_COLUMNS).flatMap((name) => [name, `-${name}`]);

/** An order of the list: by a column, then by id, in one direction. */
export interface JobSort extends SortColumn {
  /** As in the query. */
  name: string;
  descending: boolean;
}

/** The order that a value of `sort` names; newest first without one. The value is one of `SORTS`. */
export const jobSort = (name = '-createdAt'): JobSort => {
  const descending = name.startsWith('-');
  const key = (descending ? name.slice(1) : name) as keyof typeof SORT_COLUMNS;
  return { ...SORT_COLUMNS[key], name, descending };
};
