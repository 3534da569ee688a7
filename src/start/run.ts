import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { existsSync } from 'node:fs';
import { createApp } from '../configure-app';
import { ConfigurationError, parseEnvironment, type AppConfig } from '../config';
import { EmbeddedPostgresError, type EmbeddedPostgres } from '../platform/database/embedded';
import { prepare } from './prepare';
import { UnreachableDatabaseError } from './unreachable-database';

/** Longest that an orderly stop may take before the process ends all the same. Milliseconds. */
const STOP_TIMEOUT = 15_000;

/** What is done between the application's creation and its listening. */
export type BeforeListen = (app: NestFastifyApplication, config: AppConfig) => Promise<void>;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * Runs the program: configuration, Postgres, schema, application, until SIGINT or SIGTERM. A wrong
 * configuration, or anything else that keeps it from starting, is told on standard error; exit code 1.
 */
export const run = async (source: NodeJS.ProcessEnv, beforeListen?: BeforeListen): Promise<void> => {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    await start(source, beforeListen);
  } catch (error) {
    say(explain(error));
    process.exitCode = 1;
  }
};

const start = async (source: NodeJS.ProcessEnv, beforeListen: BeforeListen | undefined): Promise<void> => {
  const environment = parseEnvironment(source);
  const stopper = new Stopper();
  const { config, postgres } = await prepare(environment, say);
  stopper.postgres = postgres;
  if (environment.REDIS_URL !== undefined)
    say('REDIS_URL is set, but this version keeps nothing in Redis yet.');
  try {
    const app = await createApp(config);
    stopper.app = app;
    await app.listen(config.http.port, config.http.host);
    await beforeListen?.(app, config);
    announce(await app.getUrl(), postgres);
    stopper.ready();
  } catch (error) {
    await stopper.release();
    throw error;
  }
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
    return 'The port is in use by another program: set PORT to another one. Example: PORT=3001';
  }
  return `Could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};

/** Ends what was started, in the opposite order, on the first signal; a second signal ends at once. */
class Stopper {
  app: NestFastifyApplication | undefined;
  postgres: EmbeddedPostgres | undefined;
  private stopping = false;
  private started = false;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (this.stopping) process.exit(1);
        this.stopping = true;
        if (this.started) void this.stop();
      });
    }
  }

  /** From now on a signal stops at once; one that came during the start is honoured here. */
  ready(): void {
    this.started = true;
    if (this.stopping) void this.stop();
  }

  async release(): Promise<void> {
    await this.app?.close().catch(() => undefined);
    await this.postgres?.stop();
  }

  private async stop(): Promise<void> {
    setTimeout(() => process.exit(1), STOP_TIMEOUT).unref();
    await this.release();
    process.exit(0);
  }
}
