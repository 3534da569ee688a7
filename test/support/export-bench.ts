import { randomBytes } from 'node:crypto';
import { ExportRepository } from '../../src/exports/export.repository';
import { Database } from '../../src/platform/database';
import { importJobs, openTransactions, standingOf, writtenExport } from './background-exports';
import { beginDownload, until, type Download } from './download';
import { stopAt, type Gate } from './gate';
import { PATIENT, startTestApp, type TestApp, type TestUser } from './test-app';

/**
 * More, with 7 kB each that can hardly be compressed, than the buffers between the database and a file take, or those
 * of a connection while nobody reads.
 */
export const MANY_JOBS = 1200;

/** An application with a user whose exports have several parts, to stop their writing and download in the middle. */
export interface ExportBench {
  app: TestApp;
  user: TestUser;
  /** An export of the user that is done. @returns its id */
  written(): Promise<string>;
  /** What the user is told of its state. */
  state(id: string): Promise<unknown>;
  /** Its parts as they are kept, in their order. */
  chunksOf(id: string): Promise<{ seq: number; bytes: number }[]>;
  /** Stops the next writing before it keeps part `seq`; opened by `tidy` at the latest. */
  stopAtChunk(seq: number): Gate;
  /** Begins a download of the user without reading it; ended by `tidy` at the latest. */
  begin(path: string, headers?: Record<string, string>, on?: TestApp): Promise<Download>;
  /** Waits until the application uses no connection to the database. @throws Error after 30 s */
  untilIdle(): Promise<void>;
  /** For after each test: ends what is under way and deletes all exports. */
  tidy(): Promise<void>;
}

/** @param jobs how many the user has, in status `applied`; some 50 make a part of a file */
export const startExportBench = async (jobs: number): Promise<ExportBench> => {
  const app = await startTestApp({ ...PATIENT, DB_MAX_CONNECTIONS: '8' });
  const user = await app.register();
  await importJobs(
    app,
    user,
    Array.from({ length: jobs }, (_, n) => largeJob(n)),
  );
  return { app, user, ...reading(app, user), ...stopping(app, user) };
};

const largeJob = (n: number): object => ({
  title: `job ${n}`,
  status: 'applied',
  notes: randomBytes(5000).toString('base64'),
});

const reading = (app: TestApp, user: TestUser): Pick<ExportBench, 'written' | 'state' | 'chunksOf'> => ({
  written: () => writtenExport(app, user),
  state: async (id): Promise<unknown> => (await standingOf(app, user, id)).body.state,
  chunksOf: (id) =>
    app.query('SELECT seq, length(data) AS bytes FROM export_chunks WHERE export_id = $1 ORDER BY seq', [id]),
});

const stopping = (
  app: TestApp,
  user: TestUser,
): Pick<ExportBench, 'stopAtChunk' | 'begin' | 'untilIdle' | 'tidy'> => {
  const gates: Gate[] = [];
  const downloads: Download[] = [];
  const untilIdle = async (): Promise<void> => {
    const { pool } = app.app.get(Database);
    await until(() => pool.totalCount === pool.idleCount);
    await until(async () => (await openTransactions(app)) === 0);
  };
  return {
    stopAtChunk: (seq) => {
      const gate = stopAt(
        app.app.get(ExportRepository),
        'addChunk',
        'before',
        (_attempt, each) => each === seq,
      );
      gates.push(gate);
      return gate;
    },
    begin: async (path, headers = {}, on = app) => {
      const download = await beginDownload(on.url + path, user.token, headers);
      downloads.push(download);
      return download;
    },
    untilIdle,
    tidy: async () => {
      for (const gate of gates.splice(0)) gate.open();
      for (const download of downloads.splice(0)) download.destroy();
      await untilIdle();
      await app.query('DELETE FROM exports');
    },
  };
};
