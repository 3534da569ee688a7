import type { TestApp, TestResponse, TestUser } from './test-app';

/** A job as a test reads it from an answer. */
export interface AnsweredJob {
  id: string;
  version: number;
  title: string;
  currentStatus: string;
  currentStatusAt: string;
  createdAt: string;
  updatedAt: string;
  archivedAt: string | null;
  [field: string]: unknown;
}

/** A status event as a test reads it from an answer. */
export interface AnsweredEvent {
  seq: number;
  status: string;
  fromStatus: string | null;
  occurredAt: string;
  [field: string]: unknown;
}

/** Calls the routes of jobs as one user. */
export class JobApi {
  constructor(
    private readonly app: TestApp,
    readonly user: TestUser,
  ) {}

  /** Registers a user of its own. */
  static async ofNewUser(app: TestApp): Promise<JobApi> {
    return new JobApi(app, await app.register());
  }

  /** @param path below `/api/jobs` */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestResponse> {
    return this.app.request(method, `/api/jobs${path}`, { token: this.user.token, body, headers });
  }

  get(path: string): Promise<TestResponse> {
    return this.call('GET', path);
  }

  /** @throws unless it is created */
  async create(fields: Record<string, unknown> = {}): Promise<AnsweredJob> {
    const answer = await this.call('POST', '', { title: 'Programmer', ...fields });
    if (answer.status !== 201) throw new Error(`create: ${answer.status} ${answer.text}`);
    return answer.body as AnsweredJob;
  }

  append(
    id: string,
    event: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<TestResponse> {
    return this.call('POST', `/${id}/status-events`, event, headers);
  }

  patch(id: string, changes: unknown, headers?: Record<string, string>): Promise<TestResponse> {
    return this.call('PATCH', `/${id}`, changes, headers);
  }

  /** The job as it is now. @throws unless it is there */
  async read(id: string): Promise<AnsweredJob> {
    const answer = await this.get(`/${id}`);
    if (answer.status !== 200) throw new Error(`read: ${answer.status} ${answer.text}`);
    return answer.body as AnsweredJob;
  }

  /** Up to 100 events, newest first. */
  async history(id: string): Promise<AnsweredEvent[]> {
    const { body } = await this.get(`/${id}/status-events?limit=100`);
    return (body as { data: AnsweredEvent[] }).data;
  }
}
