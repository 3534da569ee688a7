import { AnswerCache, CachePresence } from '../../src/platform/cache';
import { startTestApp, type TestApp, type TestAppOptions, type TestResponse } from './test-app';

/** Milliseconds between two looks at the lease: well below the time for which it holds. */
const LOOK_EVERY = 200;

/** Longest wait for a process to be allowed to cache. Milliseconds. */
const DEADLINE = 30_000;

/** A test application that may serve from its cache all the while, however slow the machine. */
export interface CachingApp extends TestApp {
  /** The answers that it keeps. */
  answers: AnswerCache;
  /** Drops all answers, as if there had been no room for them; what they were made under stays as it is. */
  evict(): void;
}

/**
 * Starts the program and resolves once it may serve from its cache. The leave to do so is renewed by requests, so
 * it lapses when a busy machine stops for seconds between two: here it is kept up.
 */
export const startCachingApp = async (
  overrides: Partial<NodeJS.ProcessEnv> = {},
  options: TestAppOptions = {},
): Promise<CachingApp> => {
  const app = await startTestApp(overrides, options);
  await untilCaching(app);
  const presence = app.app.get(CachePresence);
  const timer = setInterval(() => void presence.generation(), LOOK_EVERY).unref();
  const close = (): Promise<void> => {
    clearInterval(timer);
    return app.close();
  };
  const answers = app.app.get(AnswerCache);
  const evict = (): void => (answers.memory as unknown as { entries: Map<string, unknown> }).entries.clear();
  return { ...app, close, answers, evict };
};

/** Waits until the process may (or may not) serve from its cache. @throws at the deadline */
export const untilCaching = async ({ app }: Pick<TestApp, 'app'>, wanted = true): Promise<void> => {
  const presence = app.get(CachePresence);
  await until(async () => ((await presence.generation()) !== undefined) === wanted, 'the cache');
};

/** Waits until something holds. @throws at the deadline */
export const until = async (holds: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  const deadline = Date.now() + DEADLINE;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** Routes whose answers are cached. */
export const CACHED_ROUTES = [
  '/api/jobs',
  '/api/jobs/{id}',
  '/api/jobs/{id}/status-events',
  '/api/jobs/{id}/statuses',
  '/api/jobs/upcoming-deadlines',
  '/api/workflows',
  '/api/workflows/execution',
  '/api/profile',
  '/api/skills',
] as const;

/** Those of them that may be as old as their time to live, whatever is written. */
export const MAY_BE_OLD: readonly string[] = ['/api/workflows', '/api/workflows/execution', '/api/skills'];

/** Status and what the cache did, such as `200 HIT`. */
export const outcome = ({ status, headers }: TestResponse): string =>
  `${status} ${headers.get('x-cache') ?? '-'}`;
