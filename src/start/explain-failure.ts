import { ConfigurationError } from '../config';
import { EmbeddedPostgresError } from '../platform/database/embedded';
import { ProcessesGaveUp } from './processes/processes-gave-up';
import { UnreachableDatabaseError } from './unreachable-database-error';

const KNOWN = [ConfigurationError, EmbeddedPostgresError, ProcessesGaveUp, UnreachableDatabaseError];

/** What is told to the person who started the program, where it could not start. */
export const explainFailure = (error: unknown): string => {
  if (error instanceof Error && KNOWN.some((type) => error instanceof type)) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? ` ${String(error.port)}` : '';
    return `Port${port} is in use by another program: set PORT to another one. Example: PORT=3001`;
  }
  return `Could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};
