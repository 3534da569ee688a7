import { feathers } from '@feathersjs/feathers';
import express, { errorHandler, rest } from '@feathersjs/express';
import { KnexService } from '@feathersjs/knex';
import { knex } from 'knex';
import { types } from 'pg';
import { announce } from '../../bench/contestants/announce';

/** Peer: Feathers 5 with its service over Knex. `COLUMNS`, with commas between them, is what it selects. */
const columns = (process.env.COLUMNS ?? '').split(',');

// A date is no moment: `pg` would make one of it, at midnight in the zone of the server.
types.setTypeParser(types.builtins.DATE, (text) => text);

const database = knex({
  client: 'pg',
  connection: { connectionString: process.env.DATABASE_URL ?? '' },
  pool: { min: 0, max: 20 },
});
const app = express(feathers());

app.configure(rest());
app.use('jobs', new KnexService({ Model: database, name: 'jobs', paginate: { default: 20, max: 100 } }));
app.service('jobs').hooks({
  before: {
    find: [
      ({ params }) => {
        params.query.$select = columns;
      },
    ],
  },
});
app.use(errorHandler());

void app.listen(0, '127.0.0.1').then((server) => announce(server.address()));
