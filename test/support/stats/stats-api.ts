import { lines } from '../import-api';
import { JobApi } from '../job-api';
import type { TestApp, TestResponse, TestUser } from '../test-app';
import type { StatsAnswer } from './stats-answer';
import type { ToldJob } from './told-job';
import { toldJob, type Telling } from './told-jobs';

/** The query of `GET /api/stats`. */
export interface StatsQuery {
  workflow?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  timeZone?: string | undefined;
}

/** The stats of one user, and what they are made of. */
export class StatsApi {
  /** The user's jobs one by one. */
  readonly jobs: JobApi;

  constructor(
    private readonly app: TestApp,
    readonly user: TestUser,
  ) {
    this.jobs = new JobApi(app, user);
  }

  /** Registers someone who has these jobs. */
  static async of(app: TestApp, ...jobs: Telling[]): Promise<StatsApi> {
    const api = new StatsApi(app, await app.register());
    if (jobs.length > 0) await api.tell(...jobs);
    return api;
  }

  /** Imports jobs with their pasts. @throws unless all are taken */
  async tell(...jobs: Telling[]): Promise<void> {
    await this.load(lines(...jobs.map((job) => ({ title: 'Programmer', ...toldJob(job) }))), jobs.length);
  }

  /** Imports a file of NDJSON. @throws unless as many jobs are created */
  async load(ndjson: string | Buffer, jobs: number): Promise<void> {
    const answer = await this.app.request('POST', '/api/jobs/import', {
      token: this.user.token,
      body: ndjson,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    if ((answer.body as { created?: number }).created !== jobs) throw new Error(`import: ${answer.text}`);
  }

  /** Asks for the stats, whatever the answer. */
  ask(query: Record<string, string | undefined> = {}): Promise<TestResponse> {
    const parameters = Object.entries(query).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return this.app.request('GET', `/api/stats?${new URLSearchParams(parameters).toString()}`, {
      token: this.user.token,
    });
  }

  /** The stats. @throws unless they are answered */
  async stats(query: StatsQuery = {}): Promise<StatsAnswer> {
    const answer = await this.ask({ ...query });
    if (answer.status !== 200) throw new Error(`stats: ${answer.status} ${answer.text}`);
    return answer.body as StatsAnswer;
  }

  /** All jobs with their histories, as exported. */
  async told(): Promise<(ToldJob & { id: string })[]> {
    const { text } = await this.jobs.get('/export?format=ndjson&events=true&archived=all');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ToldJob & { id: string });
  }
}
