import { openedLog } from './log';

/**
 * Has an error that nobody caught, thrown or rejected, end this process with exit code 1 and be told first: with level
 * `fatal` in the log, as every other error without what it carries of the database, and in a line on standard error.
 * Node by itself would print all properties of the error there, parameters of SQL and rows among them, and log nothing.
 * Called once a program, before it begins.
 */
export const endOnUncaughtErrors = (): void => {
  process.on('uncaughtException', (thrown: unknown) => {
    try {
      tell(thrown instanceof Error ? thrown : new Error(`Thrown: ${described(thrown)}`));
    } finally {
      process.exit(1);
    }
  });
};

const tell = (error: Error): void => {
  const log = openedLog();
  // Before there is a log nothing else has the place it comes from.
  const all = `${error.name}: ${error.message}\n`;
  const shown = log === undefined ? `${error.stack ?? all}\n` : all.slice(0, all.indexOf('\n') + 1);
  process.stderr.write(`The process ends on an error that nobody caught. ${shown}`);
  // Pino writes what waits before it returns from a fatal line.
  log?.root.fatal({ err: error, context: 'Process' }, 'The process ends on an error that nobody caught');
};

/** Of an object, which may hold anything, only that it is one. */
const described = (thrown: unknown): string => (typeof thrown === 'string' ? thrown : typeof thrown);
