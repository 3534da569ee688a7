import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessTokens, RecentUsersQuery } from '../auth';

/** What a user who comes back asks for first. */
const FIRST_REQUESTS = [
  '/api/jobs',
  '/api/jobs/upcoming-deadlines',
  '/api/profile',
  '/api/workflows',
] as const;

/** Users whose requests are under way at the same time: a deploy must not press on the database. */
const AT_ONCE = 4;

/** What the warming has done. */
export interface Warmed {
  users: number;
  /** Answers that were read and put into the cache. */
  filled: number;
  /** Answers that were there already. */
  known: number;
  /** Requests that were not answered, or whose answer could not be kept now. */
  failed: number;
}

/**
 * Asks, as each of the users who were here last, for what they will ask for first, so that the cache which the
 * instances share has it before they take traffic.
 * @param app initialised, with a Redis
 */
export const warmCache = async (app: NestFastifyApplication, users: number): Promise<Warmed> => {
  const callers = await app.get(RecentUsersQuery).find(users);
  const tokens = app.get(AccessTokens);
  const warmed: Warmed = { users: callers.length, filled: 0, known: 0, failed: 0 };
  const ask = async (): Promise<void> => {
    for (let caller = callers.shift(); caller !== undefined; caller = callers.shift()) {
      const headers = { authorization: `Bearer ${tokens.issue(caller)}` };
      for (const url of FIRST_REQUESTS) {
        const answer = await app.inject({ method: 'GET', url, headers });
        const outcome = answer.statusCode === 200 ? answer.headers['x-cache'] : undefined;
        if (outcome === 'MISS') warmed.filled += 1;
        else if (outcome === 'HIT') warmed.known += 1;
        else warmed.failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return warmed;
};
