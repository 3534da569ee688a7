import { isDatabaseUnavailable, sqlState } from '../platform/http';
import { UnreachableDatabaseError } from './unreachable-database-error';

/** SQLSTATE classes (Postgres manual, appendix A) of a server that answers, but does not let us in. */
const REFUSED = /^(?:28|3D)/;

/** The first message in an error that gathers several, as that of a name with several addresses. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
};

/**
 * Tells a database that cannot be reached or refuses us from any other failure, and names it without its
 * user and password.
 * @returns the error to end the start with: `error` itself where it is about something else
 */
export const explainDatabaseError = (error: unknown, databaseUrl: string): unknown => {
  if (!isDatabaseUnavailable(error) && !REFUSED.test(sqlState(error) ?? '')) return error;
  const { host, pathname } = new URL(databaseUrl);
  return new UnreachableDatabaseError(
    `The database ${host}${pathname} cannot be used: ${reasonOf(error)}. ` +
      'Is it running, and is DATABASE_URL (or POSTGRES_*) right?',
    { cause: error },
  );
};
