import { pino, type Logger } from 'pino';
import { type AppConfig } from '../../config';
import { LogOutput } from './log-output';

/** Most errors in a row of causes that are told; a row may lead back to itself. */
const MAX_CAUSES = 5;

/**
 * What of an error is logged. Errors of the database carry values: TypeORM's the parameters of the statement,
 * Postgres's the whole row in `detail`. Those are left out; the constraint and the code tell enough.
 */
export const errorLine = (
  error: Error & { code?: unknown; constraint?: unknown; cause?: unknown },
  causes = MAX_CAUSES,
): Record<string, unknown> => ({
  type: error.name,
  message: error.message,
  code: error.code,
  constraint: error.constraint,
  stack: error.stack,
  ...(error.cause instanceof Error && causes > 0 ? { cause: errorLine(error.cause, causes - 1) } : {}),
});

/** A log, and where it goes. */
export interface Log {
  root: Logger;
  out: LogOutput;
}

let latest: Log | undefined;

/** The log that was opened last: that of the process, which has one. `undefined` until it is open. */
export const openedLog = (): Log | undefined => latest;

/** Opens the log that is configured: JSON lines, without secrets and values of the database. */
export const openLog = ({ log: { level, file } }: AppConfig): Log => {
  const out = new LogOutput(file);
  const root = pino(
    {
      level,
      serializers: { err: errorLine },
      redact: ['password', 'token', 'refreshToken', '*.password', '*.token', '*.refreshToken'],
    },
    out,
  );
  latest = { root, out };
  return latest;
};
