import { isUUID } from 'class-validator';
import { parseArgs } from 'node:util';
import { loadEnvFile, parseEnvironment, requiredDatabaseUrl } from '../config';
import { run } from '../start';
import { listDeadWork, retryDeadWork } from './dead-work-commands';

const USAGE = `npm run worker                      does the work of the queue until it is stopped
npm run worker -- --failed          lists the work that was given up
npm run worker -- --retry <id>      has one piece of it done again
npm run worker -- --retry all       has all of it done again`;

interface Command {
  failed?: boolean;
  retry?: string;
}

/** @throws Error that says how it is used */
const commandOf = (args: readonly string[]): Command => {
  try {
    const options = { failed: { type: 'boolean' }, retry: { type: 'string' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.failed === true && values.retry !== undefined)
      throw new Error('One of both, --failed or --retry');
    if (values.retry !== undefined && values.retry !== 'all' && !isUUID(values.retry))
      throw new Error('--retry takes the id of a piece of work, or all');
    return values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, {
      cause: error,
    });
  }
};

/** @throws ConfigurationError without a database of its own choice: the embedded one belongs to the process that started it */
const withDatabase = (source: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  requiredDatabaseUrl(
    parseEnvironment(source),
    'is required: the worker runs beside the instances. On the embedded Postgres `npm start` does the work itself',
  );
  return source;
};

/**
 * The worker as a process of its own: the same program and configuration (but `WORKER_ENABLED`) as `npm start`, without
 * HTTP, until SIGINT, SIGTERM or SIGHUP (with `LOG_FILE` that opens the file anew). With `--failed` and `--retry` it looks
 * after dead work instead. Exit code 1 when it is wrongly configured or used.
 */
export const runWorker = async (source: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> => {
  try {
    const { failed, retry } = commandOf(args);
    if (failed !== true && retry === undefined) {
      await run(source, { role: 'worker', environment: withDatabase });
      return;
    }
    loadEnvFile();
    const environment = parseEnvironment(withDatabase(source));
    if (retry === undefined) await listDeadWork(environment);
    else await retryDeadWork(environment, retry === 'all' ? undefined : retry);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
};
