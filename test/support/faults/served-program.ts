import { eventually } from '../eventually';
import { type BuiltProgram, type RunningProgram } from '../program';
import { randomEmail, send, TEST_PASSWORD, TEST_SECRET_KEY } from '../test-app';
import type { TestRequest, TestResponse, TestUser } from '../test-app';

/** The product as a process of its own, and its clients. */
export class ServedProgram {
  private constructor(
    private readonly built: BuiltProgram,
    private readonly environment: NodeJS.ProcessEnv,
    /** Its process: another one after `restart`. */
    public program: RunningProgram,
    /** Without a slash at the end; changes with `restart`. */
    public url: string,
  ) {}

  /**
   * Starts it with the product's defaults but for the given variables, and refusing nothing for the limits of a client or the
   * load of the machine; waits until it serves.
   * @param built removed by whoever made it
   */
  static async start(built: BuiltProgram, environment: NodeJS.ProcessEnv): Promise<ServedProgram> {
    const all = {
      SECRET_KEY: TEST_SECRET_KEY,
      RATE_LIMIT_ENABLED: 'false',
      LOAD_SHEDDING_ENABLED: 'false',
      ...environment,
    };
    const program = built.start(all);
    return new ServedProgram(built, all, program, await program.url());
  }

  /** Starts it again after its end; it listens elsewhere then. */
  async restart(): Promise<void> {
    this.program = this.built.start(this.environment);
    this.url = await this.program.url();
  }

  /** Sends one request. @throws where the connection breaks */
  request(method: string, path: string, request?: TestRequest): Promise<TestResponse> {
    return send(this.url, method, path, request);
  }

  /** Makes an account with `TEST_PASSWORD`. */
  async register(): Promise<TestUser> {
    const body = { email: randomEmail(), password: TEST_PASSWORD };
    const answer = await this.request('POST', '/api/auth/register', { body });
    if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`);
    return answer.body as TestUser;
  }

  /** Makes a job and gives its id. */
  async createJob({ token }: TestUser, fields: Record<string, unknown> = {}): Promise<string> {
    const body = { title: 'Programmer', ...fields };
    const answer = await this.request('POST', '/api/jobs', { token, body });
    if (answer.status !== 201) throw new Error(`create: ${answer.status} ${answer.text}`);
    return (answer.body as { id: string }).id;
  }

  /** Resolves, with the milliseconds that took, when a read of the user's jobs is answered 200 again. */
  async untilServing({ token }: TestUser): Promise<number> {
    const began = performance.now();
    await eventually(
      () => this.request('GET', '/api/jobs?count=exact', { token }).then(({ status }) => status),
      (status) => status === 200,
    );
    return performance.now() - began;
  }

  /** Lines of its log that are of level `error` or worse. */
  errors(): string[] {
    return this.program.stdout.split('\n').filter((line) => /"level":(50|60)/.test(line));
  }
}
