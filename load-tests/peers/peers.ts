import { SnakeNamingStrategy } from '../../src/platform/database/snake-naming.strategy';
import { LISTED } from '../bench/contestants/tutorial-job.entity';
import { requestBytes } from '../bench/http-client';
import { startServer } from '../bench/processes';
import { SECRET_KEY, startProgram, UNCACHED } from '../bench/program';
import { compiled } from './compile';
import { type Page, type Peer, type Row } from './peer';

/** Rows that are asked for. */
const LIMIT = 20;

/** Columns that are asked for: those of a row of the product's list. */
const COLUMNS = Object.keys(LISTED);

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Buffer =>
  requestBytes('GET', path, headers);

/** One whose server is a file compiled from here or from the bench. */
const peer = (
  name: string,
  file: string,
  request: (ownerId: string) => Buffer,
  page: (body: string) => Page,
  environment: NodeJS.ProcessEnv = {},
): Peer => ({
  name,
  page,
  start: async (databaseUrl) => ({
    server: await startServer([compiled(file)], { ...environment, DATABASE_URL: databaseUrl }),
    request,
  }),
});

const envelope = (body: string): Page => {
  const { data, pagination } = JSON.parse(body) as { data: Row[]; pagination: { totalItems: number } };
  return {
    totalItems: pagination.totalItems,
    rows: data.map(({ workflow, ...row }) => ({ ...row, workflowId: workflow })),
  };
};

const dataAndTotal = (body: string): Page => {
  const { data, total } = JSON.parse(body) as { data: Row[]; total: number };
  return { totalItems: total, rows: data };
};

const jobtrail = (name: string, cached: boolean): Peer => ({
  name,
  cached,
  page: envelope,
  start: async (databaseUrl) => {
    const program = await startProgram(databaseUrl, { cpuProfile: undefined }, cached ? {} : UNCACHED);
    return { server: program, request: (ownerId) => get('/api/jobs', program.headers(ownerId)) };
  },
});

const QUERY = `query ($owner: UUID!) {
  allJobs(condition: { ownerId: $owner, archived: false }, orderBy: [CREATED_AT_DESC, ID_DESC], first: ${LIMIT}) {
    totalCount
    nodes { ${COLUMNS.join(' ')} }
  }
}`;

const postGraphile = peer(
  'PostGraphile 4',
  'load-tests/peers/servers/postgraphile',
  (owner) => requestBytes('POST', '/graphql', {}, JSON.stringify({ query: QUERY, variables: { owner } })),
  (body) => {
    const { data } = JSON.parse(body) as { data: { allJobs: { totalCount: number; nodes: Row[] } } };
    return { totalItems: data.allJobs.totalCount, rows: data.allJobs.nodes };
  },
);

const nestTypeOrm = peer(
  'NestJS + TypeORM',
  'load-tests/bench/contestants/nest-typeorm',
  (owner) => get('/api/jobs', { 'x-owner-id': owner }),
  envelope,
  { SECRET_KEY },
);

const nestCrud = peer(
  'NestJS + @dataui/crud',
  'load-tests/peers/servers/nest-crud',
  (owner) => {
    const filters = [`ownerId||$eq||${owner}`, 'archived||$eq||false'];
    const wanted = filters.map((filter) => `filter=${encodeURIComponent(filter)}`).join('&');
    return get(`/jobs?${wanted}&sort=createdAt,DESC&sort=id,DESC&limit=${LIMIT}&page=1`);
  },
  dataAndTotal,
);

const naming = new SnakeNamingStrategy();
const inTable = new Map(COLUMNS.map((column) => [naming.columnName(column, undefined), column]));

const feathers = peer(
  'Feathers 5 + Knex',
  'load-tests/peers/servers/feathers',
  (owner) => get(`/jobs?owner_id=${owner}&archived=false&$sort[created_at]=-1&$sort[id]=-1&$limit=${LIMIT}`),
  (body) => {
    const { totalItems, rows } = dataAndTotal(body);
    const renamed = (row: Row): Row =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [inTable.get(column) ?? column, value]),
      );
    return { totalItems, rows: rows.map(renamed) };
  },
  { COLUMNS: [...inTable.keys()].join(',') },
);

/** What the others must answer alike, and what their throughput is compared with. */
export const REFERENCE = jobtrail('Jobtrail, uncached', false);

/** All that are compared, the reference last but one. */
export const PEERS: readonly Peer[] = [
  postGraphile,
  nestTypeOrm,
  nestCrud,
  feathers,
  REFERENCE,
  jobtrail('Jobtrail, cached', true),
];
