import { corsOrigins, trustProxy } from '../formats';
import { flag, integer, variable } from '../variable';

const MEBIBYTE = 1024 * 1024;

/** What a request may ask for and send. */
export const requestVariables = {
  DEFAULT_PAGE_LIMIT: variable({
    schema: integer(1, 100).default(20),
    meaning: 'Rows on a page when the client names no `limit`.',
    example: '20',
  }),
  MAX_PAGE_LIMIT: variable({
    schema: integer(1, 100).default(100),
    meaning: 'Most rows a client may ask for on a page; not below `DEFAULT_PAGE_LIMIT`.',
    example: '100',
  }),
  MAX_OFFSET: variable({
    schema: integer(100, 1_000_000).default(10_000),
    meaning: 'Largest `page * limit`; deeper pages are reached by cursor.',
    example: '10000',
  }),
  MAX_UNPAGINATED: variable({
    schema: integer(1, 1_000_000).default(10_000),
    meaning: 'Most rows of a list with `paginate=false`.',
    example: '10000',
  }),
  MAX_EXPORTS: variable({
    schema: integer(1, 250).default(2),
    meaning:
      'Most exports and lists with `paginate=false` at once in this process; never more than a quarter of `DB_MAX_CONNECTIONS`, but always one.',
    example: '2',
  }),
  CLIENT_TIMEOUT: variable({
    schema: integer(1, 3600).default(60),
    meaning:
      'Seconds that a client may take to send the head of a request, and then its body, and that nothing may be taken of its answer, before it is cut off. An import may take longer, but not stop for so long.',
    example: '60',
  }),
  EXPORT_TIMEOUT: variable({
    schema: integer(1, 86_400).default(900),
    meaning:
      'Seconds after which an export or a list with `paginate=false` that its client is still reading is broken off: until then it keeps a connection, and Postgres every row as it was at its beginning.',
    example: '900',
  }),
  LOAD_SHEDDING_ENABLED: variable({
    schema: flag().default(true),
    meaning: 'Whether requests are answered 503 while the process is saturated, heavy ones first.',
    example: 'true',
  }),
  MAX_BODY_BYTES: variable({
    schema: integer(64 * 1024, 64 * MEBIBYTE).default(MEBIBYTE),
    meaning: 'Largest JSON request body in bytes.',
    example: '1048576',
  }),
  MAX_IMPORT_BYTES: variable({
    schema: integer(1024, 100 * 1024 * MEBIBYTE).default(1024 * MEBIBYTE),
    meaning: 'Largest import in bytes; it is streamed, so memory does not grow with it.',
    example: '1073741824',
  }),
  CORS_ORIGINS: variable({
    schema: corsOrigins().default([]),
    meaning: 'Comma list of origins whose pages may call the API; empty allows none.',
    defaultText: 'none',
    example: 'https://jobs.example.com,http://localhost:5173',
  }),
  TRUST_PROXY: variable({
    schema: trustProxy().default(false),
    meaning:
      'Which `X-Forwarded-*` to believe: `false`, a number of proxy hops, or a comma list of addresses and CIDRs. Left `false` behind a proxy, all clients count as one for the limits.',
    example: '1',
  }),
} as const;
