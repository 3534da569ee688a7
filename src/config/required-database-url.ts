import { configuredDatabaseUrl } from './database-config';
import { type Environment } from './environment';
import { ConfigurationError, describeProblem } from './parse-environment';

/**
 * The address of the configured Postgres, for commands that run beside the program: an embedded one belongs to the process
 * that started it.
 * @param why completes "DATABASE_URL …" where there is none
 * @throws ConfigurationError where none is configured
 */
export const requiredDatabaseUrl = (environment: Environment, why: string): string => {
  const url = configuredDatabaseUrl(environment);
  if (url === undefined) throw new ConfigurationError([describeProblem('DATABASE_URL', why)]);
  return url;
};
