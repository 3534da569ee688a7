import { Module, type INestApplicationContext, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppConfig, ConfigModule, parseEnvironment } from '../../../src/config';
import { Database, DatabaseModule } from '../../../src/platform/database';
import { LifecycleModule } from '../../../src/platform/lifecycle';
import { DeadLetters, QueueModule, RepeatedWork, Upkeep, WorkQueue } from '../../../src/platform/queue';
import { schema } from '../../../src/schema';
import { TEST_SECRET_KEY } from '../test-app';
import { withAdmin } from '../test-database';

/** A line of the log. */
export interface LogLine {
  level: 'log' | 'warn' | 'error' | 'debug';
  message: string;
  /** What was logged with it. */
  fields: Record<string, unknown>;
}

/** The queue with its worker and handlers of the test, without the rest of the program. */
export interface QueueApp {
  context: INestApplicationContext;
  queue: WorkQueue;
  database: Database;
  dead: DeadLetters;
  repeated: RepeatedWork;
  upkeep: Upkeep;
  lines: LogLine[];
  close(): Promise<void>;
}

@Module({})
class QueueTestModule {}

/**
 * Starts a worker on a database, as a process of its own would.
 * @param handlers instances of classes with `@HandlesWork` and the like
 */
export const startQueueApp = async (
  databaseUrl: string,
  handlers: readonly object[],
  overrides: Partial<NodeJS.ProcessEnv> = {},
): Promise<QueueApp> => {
  const environment = parseEnvironment({ NODE_ENV: 'test', WORKER_POLL_INTERVAL: '1', ...overrides });
  const config = new AppConfig(environment, { databaseUrl, secretKey: TEST_SECRET_KEY });
  const providers = handlers.map((handler, index) => ({ provide: `handler ${index}`, useValue: handler }));
  const imports = [
    ConfigModule.forRoot(config),
    LifecycleModule,
    DatabaseModule.forRoot(schema),
    QueueModule,
  ];
  const lines: LogLine[] = [];
  const context = await NestFactory.createApplicationContext(
    { module: QueueTestModule, imports, providers },
    {
      logger: recordingLogger(lines),
      abortOnError: false,
    },
  );
  return {
    context,
    queue: context.get(WorkQueue),
    database: context.get(Database),
    dead: context.get(DeadLetters),
    repeated: context.get(RepeatedWork),
    upkeep: context.get(Upkeep),
    lines,
    close: () => context.close(),
  };
};

const recordingLogger = (lines: LogLine[]): LoggerService => {
  const record =
    (level: LogLine['level']) =>
    (logged: unknown, ...rest: unknown[]): void => {
      if (rest.at(-1) !== 'Worker') return;
      if (typeof logged === 'string') lines.push({ level, message: logged, fields: {} });
      else lines.push({ level, message: String(rest[0]), fields: logged as Record<string, unknown> });
    };
  return { log: record('log'), warn: record('warn'), error: record('error'), debug: record('debug') };
};

/** Makes queues as migrations do. */
export const makeQueues = (
  databaseUrl: string,
  queues: Readonly<Record<string, 'standard' | 'singleton'>>,
): Promise<void> =>
  withAdmin(databaseUrl, async (client) => {
    for (const [name, policy] of Object.entries(queues))
      await client.query('SELECT queue.create_queue($1, $2)', [name, JSON.stringify({ policy })]);
  });

/** A row of the queue. */
export interface QueuedRow {
  id: string;
  state: string;
  retries: number;
  /** Seconds between its last end and when it is due. */
  delay: number;
  reason: string | null;
}

/** What there is of one kind of work, the oldest first. */
export const queued = (databaseUrl: string, name: string): Promise<QueuedRow[]> =>
  withAdmin(databaseUrl, async (client) => {
    const { rows } = await client.query<QueuedRow>(
      `SELECT id, state::text, retry_count AS retries, extract(epoch FROM start_after - now())::float8 AS delay,
         output->>'message' AS reason
       FROM queue.job WHERE name = $1 ORDER BY created_on, id`,
      [name],
    );
    return rows;
  });

/** Lets the time until a retry, or until a lease has run out, be over. */
export const letTimePass = (databaseUrl: string, name: string): Promise<void> =>
  withAdmin(databaseUrl, async (client) => {
    await client.query(
      `UPDATE queue.job SET start_after = start_after - interval '1 day', started_on = started_on - interval '1 day'
       WHERE name = $1`,
      [name],
    );
  });
