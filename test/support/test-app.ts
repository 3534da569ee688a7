import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { __resetOutOfContextForTests as forgetFirstLogger } from 'nestjs-pino/PinoLogger';
import { randomBytes } from 'node:crypto';
import { Pool, type QueryResultRow } from 'pg';
import { AppConfig, parseEnvironment } from '../../src/config';
import { createApp, type AppTimes } from '../../src/configure-app';
import { createTestDatabase } from './test-database';

/** The secret of every test application, for tests that forge or inspect tokens. */
export const TEST_SECRET_KEY = 'test-secret-key-test-secret-key-0123456789';

/** The password of every user that `register` makes. */
export const TEST_PASSWORD = 'correct horse battery staple';

/** What `request` sends besides method and path. */
export interface TestRequest {
  /** Access token; sent as `Authorization: Bearer`. */
  token?: string | undefined;
  /** Sent as JSON, but a string, a Buffer or a stream as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** An answer, read to its end. */
export interface TestResponse {
  status: number;
  headers: Headers;
  /** Parsed where the content type is JSON, else `undefined`. */
  // Answers are untyped by nature; each test asserts their shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  text: string;
}

/** Someone who is logged in. */
export interface TestUser {
  token: string;
  refreshToken: string;
  user: { id: string; email: string; name: string | null; role: string };
}

/** The whole program on a database of its own, listening on a free port. */
export interface TestApp {
  /** Without a slash at the end. */
  url: string;
  databaseUrl: string;
  app: NestFastifyApplication;
  config: AppConfig;
  /** Runs SQL on the application's database, through a connection of the test. */
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** @param path from `/api/...` on, with its query */
  request(method: string, path: string, request?: TestRequest): Promise<TestResponse>;
  /** Makes an account with `TEST_PASSWORD`. */
  register(email?: string): Promise<TestUser>;
  /** Makes an account with role `admin`. */
  registerAdmin(email?: string): Promise<TestUser>;
  close(): Promise<void>;
}

/** How a test application may differ from the usual one. */
export interface TestAppOptions extends AppTimes {
  /** An existing database, for a second instance beside another one; left alone by `close`. */
  databaseUrl?: string;
}

/**
 * Starts the program as `main` does, on a fresh database.
 * @param overrides environment variables that differ from the defaults; logging, rate limits, load shedding and the worker are off unless they say otherwise
 */
export const startTestApp = async (
  overrides: Partial<NodeJS.ProcessEnv> = {},
  { databaseUrl: given, ...times }: TestAppOptions = {},
): Promise<TestApp> => {
  const database = given === undefined ? await createTestDatabase() : undefined;
  const databaseUrl = given ?? database?.url ?? '';
  const environment = parseEnvironment({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    RATE_LIMIT_ENABLED: 'false',
    LOAD_SHEDDING_ENABLED: 'false',
    WORKER_ENABLED: 'false',
    ...overrides,
  });
  const secretKey = environment.SECRET_KEY ?? TEST_SECRET_KEY;
  const config = new AppConfig(environment, { databaseUrl, secretKey });
  const app = await listening(config, times).catch(async (error: unknown) => {
    await database?.drop();
    throw error;
  });
  const url = `http://127.0.0.1:${portOf(app)}`;
  const pool = new Pool({ connectionString: databaseUrl, max: 4, application_name: 'jobtrail test' });
  const close = async (): Promise<void> => {
    await pool.end();
    await app.close();
    await database?.drop();
  };
  const query: TestApp['query'] = async (sql, values) => (await pool.query<never>(sql, values)).rows;
  const request: TestApp['request'] = (method, path, options) => send(url, method, path, options);
  return { url, databaseUrl, app, config, query, request, ...accounts(request, query), close };
};

const listening = async (config: AppConfig, times: AppTimes): Promise<NestFastifyApplication> => {
  // Outside of requests all log with the logger of the first application of their process.
  forgetFirstLogger();
  const app = await createApp(config, times);
  try {
    await app.listen(0, '127.0.0.1');
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
};

const portOf = (app: NestFastifyApplication): number => {
  const address = app.getHttpAdapter().getInstance().server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The application does not listen');
  return address.port;
};

const isRaw = (body: unknown): body is NonNullable<RequestInit['body']> =>
  typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;

/** Sends one request to a running server; `TestApp.request` is this, bound to the application. */
export const send = async (
  url: string,
  method: string,
  path: string,
  { token, body, headers }: TestRequest = {},
): Promise<TestResponse> => {
  const sent = new Headers(headers);
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`);
  if (body !== undefined && !sent.has('content-type')) sent.set('content-type', 'application/json');
  const response = await fetch(url + path, {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body), duplex: 'half' }),
    redirect: 'manual',
  });
  const text = await response.text();
  const json = /^application\/(\w+\+)?json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: json && text !== '' ? JSON.parse(text) : undefined,
    text,
  };
};

const accounts = (
  request: TestApp['request'],
  query: TestApp['query'],
): Pick<TestApp, 'register' | 'registerAdmin'> => {
  const call = async (path: string, email: string, expected: number): Promise<TestUser> => {
    const answer = await request('POST', path, { body: { email, password: TEST_PASSWORD } });
    if (answer.status !== expected) throw new Error(`${path} of ${email}: ${answer.status} ${answer.text}`);
    return answer.body as TestUser;
  };
  const register: TestApp['register'] = (email = randomEmail()) => call('/api/auth/register', email, 201);
  const registerAdmin: TestApp['registerAdmin'] = async (email = randomEmail()) => {
    await register(email);
    await query(`UPDATE users SET role = 'admin' WHERE email = $1`, [email]);
    return call('/api/auth/login', email, 200);
  };
  return { register, registerAdmin };
};

/** An address that no other test uses. */
export const randomEmail = (): string => `user-${randomBytes(6).toString('hex')}@example.com`;

/** For tests that send many requests at once: on a busy machine they wait longer for a connection than a user would. */
export const PATIENT = { DB_CONNECTION_TIMEOUT: '30000' } as const;
