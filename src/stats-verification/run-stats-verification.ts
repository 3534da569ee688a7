import { isUUID } from 'class-validator';
import { type INestApplicationContext } from '@nestjs/common';
import { parseArgs } from 'node:util';
import { AppConfig, ConfigurationError, loadEnvFile, parseEnvironment, requiredDatabaseUrl } from '../config';
import { WriteAnnouncer } from '../platform/cache';
import { Database, hasPendingMigrations, unknownMigrations } from '../platform/database';
import { OwnerRepair } from './owner-repair';
import { Report } from './report';
import { openRepairing, openVerifying, SCHEMA } from './verification.module';
import { verifyStats } from './verify-stats';

/** Totals of an owner with many millions of jobs are summed in one statement. Milliseconds. */
const STATEMENT_TIMEOUT = 600_000;

/** Exit codes. */
const [RIGHT, WRONG, NOT_DONE] = [0, 1, 2];

interface Arguments {
  repair: boolean;
  owner: string | undefined;
}

/** @throws Error for what is no argument */
const parsed = (args: readonly string[]): Arguments => {
  const options = { repair: { type: 'boolean' }, owner: { type: 'string' } } as const;
  const { repair = false, owner } = parseArgs({ args: [...args], options }).values;
  if (owner !== undefined && !isUUID(owner)) throw new Error('--owner must be the id of a user');
  return { repair, owner: owner?.toLowerCase() };
};

/** @throws ConfigurationError where there is no database to verify, or not this program's */
const configuration = async (source: NodeJS.ProcessEnv): Promise<AppConfig> => {
  const environment = parseEnvironment(source);
  const databaseUrl = requiredDatabaseUrl(environment, 'is required: the database to verify');
  const { DB_STATEMENT_TIMEOUT: given } = environment;
  const statementTimeout = given === 0 ? 0 : Math.max(given, STATEMENT_TIMEOUT);
  const config = new AppConfig(
    { ...environment, DB_STATEMENT_TIMEOUT: statementTimeout },
    { databaseUrl, secretKey: environment.SECRET_KEY ?? '' },
  );
  if (await hasPendingMigrations(config.database, SCHEMA))
    throw new ConfigurationError(['The database lacks migrations: run `npm run migrate` first']);
  const unknown = await unknownMigrations(config.database, SCHEMA);
  if (unknown.length > 0)
    throw new ConfigurationError([
      `The database is of a newer version (${unknown[0]}), whose counts this one does not know: verify with that version`,
    ]);
  return config;
};

const verify = async (
  config: AppConfig,
  { repair, owner }: Arguments,
  say: (line: string) => void,
): Promise<number> => {
  const verifying = await openVerifying(config);
  let repairing: Promise<INestApplicationContext> | undefined;
  const repairOf = async (id: string): Promise<OwnerRepair> => {
    // Not before there is something to repair: beside a process without Redis it is a stranger that stops its cache.
    const context = await (repairing ??= openRepairing(config));
    return new OwnerRepair(context.get(Database), context.get(WriteAnnouncer), id);
  };
  try {
    const report = new Report(say);
    const done = await verifyStats(verifying.get(Database), report, {
      owner,
      ...(repair ? { repairOf } : {}),
    });
    report.sum(done, repair);
    return done.left === 0 ? RIGHT : WRONG;
  } finally {
    await (await repairing?.catch(() => undefined))?.close();
    await verifying.close();
  }
};

/** Where the report and what goes wrong are written. */
export interface Output {
  report: (line: string) => void;
  trouble: (line: string) => void;
}

/**
 * Verifies the counts of a live database: `npm run stats:verify -- [--repair] [--owner <id>]`.
 * @returns the exit code. 0: no differences, or none are left; 1: there are some; 2: it could not be found out, for a wrong
 * argument, a wrong configuration or a database that is away
 */
export const runStatsVerification = async (
  source: NodeJS.ProcessEnv,
  args: readonly string[],
  { report, trouble }: Output,
): Promise<number> => {
  try {
    const given = parsed(args);
    loadEnvFile();
    return await verify(await configuration(source), given, report);
  } catch (error) {
    trouble(error instanceof Error ? error.message : String(error));
    return NOT_DONE;
  }
};
