import type { BuiltProgram } from '../program';
import { brokenInvariants } from '../trail/trail-invariants';
import type { Load } from './load';
import type { PostgresServer } from './postgres-server';

/**
 * Holds the trail against what clients were told: every acknowledged event is there, none twice, none that nobody sent;
 * jobs and counts agree with their events.
 */
export const expectWholeTrail = async (
  postgres: Pick<PostgresServer, 'query'>,
  load: Load,
): Promise<void> => {
  const rows = await postgres.query<{ note: string }>(
    `SELECT e.note FROM job_status_events e JOIN jobs j ON j.id = e.job_id
     WHERE j.owner_id = $1 AND e.note IS NOT NULL`,
    [load.user.user.id],
  );
  const notes = rows.map(({ note }) => note);
  const written = new Set(notes);
  expect(load.acknowledged.size).toBeGreaterThan(0);
  expect([...load.acknowledged].filter((note) => !written.has(note))).toEqual([]);
  expect(notes).toHaveLength(written.size);
  expect(notes.filter((note) => !load.acknowledged.has(note) && !load.doubtful.has(note))).toEqual([]);
  expect(await brokenInvariants(postgres)).toEqual({});
};

/** Has `npm run stats:verify` look at a database. */
export const expectVerified = async (built: BuiltProgram, databaseUrl: string): Promise<void> => {
  const verification = built.start({ DATABASE_URL: databaseUrl, NODE_ENV: 'test' }, 'stats-verify');
  const code = await verification.exit();
  expect({ code, said: verification.stdout + verification.stderr }).toMatchObject({ code: 0 });
};
