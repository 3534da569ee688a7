import { type Client, escapeLiteral, type Pool, type PoolClient } from 'pg';

/** A statement as the program sent it. */
export interface SentStatement {
  name: string | undefined;
  text: string;
  values: unknown[];
}

/** What a statement really did, by `EXPLAIN ANALYZE`. */
export interface Executed {
  text: string;
  /** Rows that the scans of tables and indexes looked at, those that filters threw away included. */
  rowsRead: number;
  /** Pages of 8 KB that were touched, in memory or on disk. */
  pages: number;
  /** Tables that were read from one end to the other. */
  sequential: string[];
  /** Most rows that one sort took in. */
  sorted: number;
  plan: PlanNode;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: PlanNode[];
}

/** Notes every statement that goes through connections of the pool while `work` runs. */
export const statementsOf = async (pool: Pool, work: () => Promise<unknown>): Promise<SentStatement[]> => {
  const sent: SentStatement[] = [];
  const noting = new Set<PoolClient>();
  const note = (client: PoolClient): void => {
    if (noting.has(client)) return;
    noting.add(client);
    const original = client.query.bind(client) as (query: unknown, ...rest: unknown[]) => unknown;
    const query = (first: unknown, ...rest: unknown[]): unknown => {
      const { name, text, values } = first as Partial<SentStatement>;
      if (text !== undefined) sent.push({ name, text, values: values ?? [] });
      return original(first, ...rest);
    };
    Object.assign(client, { query });
  };
  pool.on('acquire', note);
  try {
    await work();
  } finally {
    pool.off('acquire', note);
    for (const client of noting) Reflect.deleteProperty(client, 'query');
  }
  return sent;
};

/**
 * How a statement is planned: for its values, or once for all, as a prepared one may be, with rows farther apart as well. The
 * other two are for its values and as though tables were bigger, and rows farther apart. Among few jobs that lie close
 * together even a plan that reads all jobs of an owner looks dearer than to follow an index, and among millions it does not.
 */
export type Planning = 'custom' | 'generic' | 'big' | 'apart';

const PLANNED: Record<Planning, string> = {
  custom: 'SET LOCAL plan_cache_mode = force_custom_plan',
  generic: 'SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL random_page_cost = 20',
  big: 'SET LOCAL seq_page_cost = 5; SET LOCAL random_page_cost = 20',
  apart: 'SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 20',
};

/** Runs a statement again under `EXPLAIN ANALYZE`; what it writes is rolled back. */
export const explain = async (
  client: Client,
  { text, values }: SentStatement,
  planning: Planning,
): Promise<Executed> => {
  const analyze = 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)';
  await client.query('BEGIN');
  try {
    await client.query(PLANNED[planning]);
    const { rows } =
      planning === 'generic'
        ? await executePrepared(client, analyze, text, values)
        : await client.query<Explained>(`${analyze} ${text}`, values);
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    if (plan === undefined) throw new Error('No plan');
    return summary(text, plan);
  } finally {
    await client.query('ROLLBACK');
    await client.query('DEALLOCATE ALL');
  }
};

interface Explained {
  'QUERY PLAN': [{ Plan: PlanNode }];
}

const executePrepared = async (client: Client, analyze: string, text: string, values: unknown[]) => {
  await client.query(`PREPARE measured AS ${text}`);
  const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`;
  return client.query<Explained>(`${analyze} EXECUTE measured${given}`);
};

const literal = (value: unknown): string => {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return escapeLiteral(`{${value.map((item) => JSON.stringify(item)).join()}}`);
  return escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
};

const allNodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(allNodes)];

const readBy = (node: PlanNode): number =>
  Math.round(
    (node['Actual Rows'] +
      (node['Rows Removed by Filter'] ?? 0) +
      (node['Rows Removed by Index Recheck'] ?? 0)) *
      node['Actual Loops'],
  );

/** Scans of what the statement itself made (common table expressions, functions) read no table. */
const READERS = /^(Seq|Index|Index Only|Bitmap Heap|Bitmap Index|Tid|Tid Range|Sample) Scan$/;

const summary = (text: string, plan: PlanNode): Executed => {
  const nodes = allNodes(plan);
  const scans = nodes.filter((node) => READERS.test(node['Node Type']));
  const sorts = nodes.filter((node) => node['Node Type'].includes('Sort'));
  return {
    text,
    plan,
    rowsRead: scans.reduce((sum, node) => sum + readBy(node), 0),
    pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
    sequential: nodes
      .filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Loops'] > 0)
      .map((node) => node['Relation Name'] ?? ''),
    sorted: Math.max(0, ...sorts.flatMap((node) => (node.Plans ?? []).map(readBy))),
  };
};
