import { Client } from 'pg';
import { CountFolder } from '../../src/job-counts';
import { untilBlocked } from '../support/blocked';
import { PATIENT, startTestApp, type TestApp } from '../support/test-app';
import { foldAll } from '../support/stats/folding';
import { StatsApi } from '../support/stats/stats-api';
import { repairOf, verified } from '../support/stats/verified';

const EVER = { from: '0001-01-01', until: '9999-12-31' };

describe('Repairing counts while others write', () => {
  let app: TestApp;
  let api: StatsApi;
  let owner: string;

  beforeAll(async () => {
    app = await startTestApp(PATIENT);
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    api = await StatsApi.of(app);
    owner = api.user.user.id;
  });

  /** Runs `work` inside a transaction of its own connection, which is committed when `meanwhile` has been done. */
  const underWay = async (
    work: (client: Client) => Promise<unknown>,
    meanwhile: () => Promise<void>,
  ): Promise<void> => {
    const client = new Client({ connectionString: app.databaseUrl });
    await client.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await meanwhile();
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
  };

  const clean = async (): Promise<void> => {
    expect((await verified(app, {})).lines).toEqual([]);
    await foldAll(app);
    expect((await verified(app, {})).lines).toEqual([]);
  };

  it('neither loses nor doubles what is committed after it', async () => {
    const job = await api.jobs.create({ company: 'Acme' });
    await app.query('DELETE FROM job_count_deltas WHERE owner_id = $1', [owner]);
    const repair = await repairOf(app, owner);
    await underWay(
      async (client) => {
        await client.query(`UPDATE jobs SET company = 'Mill' WHERE id = $1`, [job.id]);
      },
      () => repair.days(EVER),
    );
    await clean();
  });

  it('counts a fold that is committed after it once', async () => {
    await api.jobs.create({ company: 'Acme' });
    await app.query('DELETE FROM job_count_deltas WHERE owner_id = $1 AND key = $2', [owner, 'acme']);
    const repair = await repairOf(app, owner);
    await underWay(
      (client) => client.query('SELECT fold_job_counts(5000)'),
      () => repair.days(EVER),
    );
    await clean();
  });

  it('waits for the fold under way before it mends totals', async () => {
    await api.jobs.create({ company: 'Acme' });
    await foldAll(app);
    await app.query('UPDATE company_counts SET jobs = jobs + 3 WHERE owner_id = $1', [owner]);
    await api.jobs.create({ company: 'Acme' });
    const repair = await repairOf(app, owner);
    let repaired: Promise<void> | undefined;
    let ended = false;
    await underWay(
      (client) => client.query('SELECT fold_job_counts(5000)'),
      async () => {
        repaired = repair.totals().finally(() => (ended = true));
        await untilBlocked(app);
        expect(ended).toBe(false);
      },
    );
    await repaired;
    await clean();
  });

  it('takes into the milestones what was appended while it waited for the job', async () => {
    const job = await api.jobs.create({ status: 'wishlist' });
    await app.query(`UPDATE jobs SET offered_at = '2020-01-01' WHERE id = $1`, [job.id]);
    const repair = await repairOf(app, owner);
    let repaired: Promise<void> | undefined;
    await underWay(
      async (client) => {
        await client.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [job.id]);
        await client.query(
          `INSERT INTO job_status_events (job_id, seq, id, status, category, occurred_at, recorded_at, actor_id)
           SELECT id, 2, gen_random_uuid(), 'applied', 'active', now(), now(), owner_id FROM jobs WHERE id = $1`,
          [job.id],
        );
        await client.query(
          `UPDATE jobs SET last_seq = 2, version = 2, current_status = 'applied', current_status_category = 'active',
             current_status_at = now(), applied_at = now(), deadline_met_at = now() WHERE id = $1`,
          [job.id],
        );
      },
      async () => {
        repaired = repair.milestones(EVER);
        await untilBlocked(app);
      },
    );
    await repaired;
    const [row] = await app.query(
      'SELECT applied_at = current_status_at AS applied, offered_at FROM jobs WHERE id = $1',
      [job.id],
    );
    expect(row).toEqual({ applied: true, offered_at: null });
    await clean();
  });

  it.each([
    { repaired: 'days', table: 'job_count_deltas' },
    { repaired: 'totals', table: 'company_counts' },
  ] as const)(
    'adds what $repaired lack once, when two repairs are made at the same time',
    async ({ repaired, table }) => {
      await api.jobs.create({ company: 'Acme' });
      if (repaired === 'totals') await foldAll(app);
      await app.query(`DELETE FROM ${table} WHERE owner_id = $1`, [owner]);
      const repair = await repairOf(app, owner);
      let repairs: Promise<unknown> = Promise.resolve();
      // Where one inserts, it has taken its snapshot: there they wait, as many as come so far.
      await app.query(`
      CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NULL; END $$`);
      await app.query(
        `CREATE TRIGGER tr_wait BEFORE INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION wait_here()`,
      );
      try {
        await underWay(
          (client) => client.query('SELECT pg_advisory_xact_lock(42)'),
          async () => {
            const mend = () => (repaired === 'days' ? repair.days(EVER) : repair.totals());
            repairs = Promise.all([mend(), mend()]);
            await untilBlocked(app, 2);
          },
        );
        await repairs;
      } finally {
        await app.query(`DROP TRIGGER tr_wait ON ${table}`);
        await app.query('DROP FUNCTION wait_here()');
      }
      await clean();
    },
  );

  it('leaves counts that are true, whatever is created, appended, changed, deleted and folded meanwhile', async () => {
    await api.load(
      Array.from({ length: 60 }, (_, nth) =>
        JSON.stringify({
          title: 'Programmer',
          company: `Company ${nth % 7}`,
          createdAt: `2024-05-${String(1 + (nth % 28)).padStart(2, '0')}T00:00:00Z`,
          status: nth % 3 === 0 ? 'applied' : 'interview',
        }),
      ).join('\n'),
      60,
    );
    await foldAll(app);
    const ids = (await app.query<{ id: string }>('SELECT id FROM jobs WHERE owner_id = $1', [owner])).map(
      ({ id }) => id,
    );
    const state = { writing: true };
    const failures: string[] = [];
    const write = async (nth: number): Promise<void> => {
      const id = ids[nth] ?? '';
      const answers = [
        await api.jobs.append(id, { status: 'offer', occurredAt: `2024-06-0${1 + (nth % 9)}T00:00:00Z` }),
        await api.jobs.patch(id, { company: `Company ${nth % 3}`, deadline: '2024-07-01' }),
        await api.jobs.call('POST', '', { title: 'Programmer', company: 'New', status: 'applied' }),
        nth % 4 === 0
          ? await api.jobs.call('DELETE', `/${id}`)
          : await api.jobs.append(id, { status: 'rejected' }),
      ];
      for (const { status, text } of answers) if (status >= 300) failures.push(`${status} ${text}`);
    };
    const writers = Promise.all(
      [0, 1, 2].map(async (writer) => {
        for (let nth = writer; nth < ids.length; nth += 3) await write(nth);
      }),
    ).finally(() => (state.writing = false));
    const others = (async () => {
      let breakings = 0;
      while (state.writing || breakings < 3) {
        await app.query(
          `UPDATE job_counts SET jobs = jobs + 1, ms = ms - 5 WHERE owner_id = $1 AND figure <> 'offer'`,
          [owner],
        );
        await app.query(`DELETE FROM job_count_deltas WHERE owner_id = $1 AND id % 5 = 0`, [owner]);
        await app.query(`UPDATE jobs SET answered_at = '2023-01-01' WHERE owner_id = $1 AND id = $2`, [
          owner,
          ids[1],
        ]);
        breakings += 1;
        await Promise.all([
          verified(app, { owner, repair: true, jobsAtOnce: 20 }),
          app.app.get(CountFolder).fold(),
        ]);
      }
      return breakings;
    })();
    await writers;
    expect(await others).toBeGreaterThanOrEqual(3);
    expect(failures).toEqual([]);
    await clean();
  });
});
