import type { ImportReportDto } from '../../src/job-transfer/import/import-report.dto';
import type { HistoryPageDto } from '../../src/job-status-events/status-event.dto';
import type { JobPageDto } from '../../src/jobs/dto/job.dto';
import type { TestApp, TestResponse, TestUser } from './test-app';

/** How a file is sent; as NDJSON by the owner, unless it says otherwise. */
export interface Sending {
  query?: string;
  type?: string;
  as?: TestUser;
  headers?: Record<string, string>;
}

/** Jobs as lines of NDJSON. */
export const lines = (...jobs: unknown[]): string => jobs.map((job) => JSON.stringify(job)).join('\n');

/** Created, updated, skipped and failed lines of a report. */
export const counts = ({ body }: TestResponse): number[] => {
  const report = body as ImportReportDto;
  return [report.created, report.updated, report.skipped, report.failed];
};

/** Line and code of each failure that a report tells of. */
export const codes = ({ body }: TestResponse): [number, string][] =>
  (body as ImportReportDto).errors.map(({ line, code }) => [line, code]);

/** Imports of one user, and what is there afterwards. */
export class ImportApi {
  private constructor(
    private readonly app: TestApp,
    /** Whose jobs they are. */
    readonly user: TestUser,
  ) {}

  /** Registers someone without any job. */
  static async ofNewUser(app: TestApp): Promise<ImportApi> {
    return new ImportApi(app, await app.register());
  }

  /** Sends a file. */
  load(
    body: unknown,
    { query = '', type = 'application/x-ndjson', as = this.user, headers = {} }: Sending = {},
  ): Promise<TestResponse> {
    return this.app.request('POST', `/api/jobs/import${query}`, {
      token: as.token,
      body,
      headers: { 'content-type': type, ...headers },
    });
  }

  /** Body of an answer. @param path from `/api/jobs` on */
  async get(path: string): Promise<TestResponse['body']> {
    return (await this.app.request('GET', `/api/jobs${path}`, { token: this.user.token })).body;
  }

  /** The job with an `externalRef`, among the first 100. */
  async jobOf(ref: string): Promise<TestResponse['body']> {
    const { data } = (await this.get('?archived=all&limit=100')) as JobPageDto;
    return this.get(`/${data.find(({ externalRef }) => externalRef === ref)?.id}`);
  }

  /** Seq, status, time and note of its events, in order. */
  async history(ref: string): Promise<[number, string, string, string | null][]> {
    const { id } = await this.jobOf(ref);
    const { data } = (await this.get(`/${id}/status-events?limit=100`)) as HistoryPageDto;
    return data
      .toSorted((one, other) => one.seq - other.seq)
      .map(({ seq, status, occurredAt, note }) => [seq, status, occurredAt, note]);
  }
}
