import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { createApp } from '../configure-app';
import { ConfigurationError, loadEnvFile, parseEnvironment, type AppConfig } from '../config';
import { LogOutput } from '../platform/logging';
import { EmbeddedPostgresError, type EmbeddedPostgres } from '../platform/database/embedded';
import { Lifecycle } from '../platform/lifecycle';
import { prepare } from './prepare';
import { longestShutdown, shutDown } from './shut-down';
import { StopSignal } from './stop-signal';
import { UnreachableDatabaseError } from './unreachable-database';

/** How long what the start has under way may take to end: it can be repeated. Milliseconds. */
const STARTING = 500;

/**
 * What is done once the application listens, before its address is announced.
 * @param stop aborted when the program is asked to stop meanwhile; the work is then to be broken off
 */
export type AfterListen = (
  app: NestFastifyApplication,
  config: AppConfig,
  stop: AbortSignal,
) => Promise<void>;

/** How a program differs from the plain one. */
export interface RunOptions {
  /** Makes the environment the program runs with, from the given one completed by `.env`. */
  environment?: (source: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  afterListen?: AfterListen;
  /** `worker`: does the work of the queue and listens nowhere. */
  role?: 'worker';
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * Runs the program: configuration (`source`, which is `process.env`, completed by `.env`), Postgres, schema, application, until
 * SIGINT, SIGTERM or SIGHUP, which at any moment stop what has been started so far; exit code 0. With `LOG_FILE` SIGHUP
 * opens that file anew instead. A wrong configuration, or anything else that keeps it from starting, is told on standard
 * error; exit code 1.
 */
export const run = async (source: NodeJS.ProcessEnv, options: RunOptions = {}): Promise<void> => {
  const stop = new StopSignal();
  try {
    loadEnvFile();
    await runUntil(stop, source, options);
  } catch (error) {
    if (stop.signal.aborted) process.exit(0);
    say(explain(error));
    process.exitCode = 1;
  }
};

const runUntil = async (stop: StopSignal, source: NodeJS.ProcessEnv, options: RunOptions): Promise<never> => {
  const environment = parseEnvironment(options.environment?.(source) ?? source);
  let app: NestFastifyApplication | undefined;
  if (environment.LOG_FILE !== undefined) stop.onHangUp = () => app?.get(LogOutput).reopen();
  const { config, postgres } = await prepare(environment, say, stop, options.role);
  let serving = false;
  try {
    app = await createApp(config);
    stop.signal.throwIfAborted();
    if (config.worker.apart) {
      await app.init();
      say('Worker:   ready; it serves no requests');
    } else {
      await app.listen(config.http.port, config.http.host);
      await options.afterListen?.(app, config, stop.signal);
      announce(await app.getUrl(), postgres);
    }
    app.get(Lifecycle).serving();
    serving = true;
    stop.allow(longestShutdown(config));
    await stop.requested;
    throw stop.signal.reason;
  } finally {
    if (app !== undefined) await (serving ? shutDown(app, config) : abandon(app));
    // Without its database, what hangs ends.
    await postgres?.stop();
  }
};

/** Ends an application that has not come to serve. */
const abandon = async (app: NestFastifyApplication): Promise<void> => {
  await Promise.race([app.close().catch(() => undefined), delay(STARTING, undefined, { ref: false })]);
};

const announce = (url: string, postgres: EmbeddedPostgres | undefined): void => {
  const shown = url
    .replace('[::1]', 'localhost')
    .replace('127.0.0.1', 'localhost')
    .replace('0.0.0.0', 'localhost');
  if (postgres !== undefined) say(`Data:     ${postgres.dataDir} (embedded Postgres)`);
  say(`API:      ${shown}/api`);
  say(`Swagger:  ${shown}/api/docs`);
};

const explain = (error: unknown): string => {
  const known = [ConfigurationError, EmbeddedPostgresError, UnreachableDatabaseError];
  if (error instanceof Error && known.some((type) => error instanceof type)) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? ` ${String(error.port)}` : '';
    return `Port${port} is in use by another program: set PORT to another one. Example: PORT=3001`;
  }
  return `Could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};
