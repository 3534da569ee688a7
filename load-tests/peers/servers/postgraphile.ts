import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { announce } from '../../bench/contestants/announce';

/** Peer: PostGraphile 4 as its documentation sets it up for production, over the whole schema; no JWT, no roles. */
const server = createServer(
  postgraphile({ connectionString: process.env.DATABASE_URL ?? '', max: 20 }, 'public', {
    graphiql: false,
    disableQueryLog: true,
    dynamicJson: true,
    setofFunctionsContainNulls: false,
    ignoreRBAC: true,
    legacyRelations: 'omit',
    retryOnInitFail: false,
  }),
);

server.listen(0, '127.0.0.1', () => announce(server.address()));
