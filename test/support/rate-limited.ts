import { startTestApp, type TestApp, type TestAppOptions, type TestResponse } from './test-app';

/**
 * The program with its limits on, behind one proxy, so that each test can be a client of its own: the one that
 * `X-Forwarded-For` names.
 */
export const startLimitedApp = (
  overrides: Partial<NodeJS.ProcessEnv> = {},
  options: TestAppOptions = {},
): Promise<TestApp> => startTestApp({ RATE_LIMIT_ENABLED: 'true', TRUST_PROXY: '1', ...overrides }, options);

let clients = 0;

/** An address that no other test of the file uses. */
export const newClient = (): string => {
  clients += 1;
  return `198.51.${Math.floor(clients / 250)}.${(clients % 250) + 1}`;
};

/** What is sent to the program. */
export interface Call {
  method?: string;
  path: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends a request of a client; by default for a path that there is not, which counts like any other. */
export const from = (
  app: TestApp,
  client: string,
  { method = 'GET', path, headers, ...rest }: Call = { path: '/api/nowhere' },
): Promise<TestResponse> =>
  app.request(method, path, { ...rest, headers: { 'x-forwarded-for': client, ...headers } });

/** Sends so many requests of a client, one after another. */
export const spend = async (app: TestApp, client: string, times: number): Promise<TestResponse[]> => {
  const answers: TestResponse[] = [];
  for (let time = 0; time < times; time += 1) answers.push(await from(app, client));
  return answers;
};

/** The statuses of answers. */
export const statuses = (answers: readonly TestResponse[]): number[] => answers.map(({ status }) => status);

/** What an answer says of the limits: limit, remaining, reset. */
export const told = ({ headers }: TestResponse): (number | undefined)[] =>
  ['limit', 'remaining', 'reset'].map((name) => {
    const value = headers.get(`x-ratelimit-${name}`);
    return value === null ? undefined : Number(value);
  });

/** How many requests an answer says are left. */
export const remaining = (answer: TestResponse): number | undefined => told(answer)[1];
