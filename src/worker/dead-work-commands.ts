import { AppConfig, configuredDatabaseUrl, type Environment } from '../config';
import { createApp } from '../configure-app';
import { DeadLetters } from '../platform/queue';
import { explainDatabaseError } from '../start';

/** Most pieces that are listed. */
const SHOWN = 100;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Has the program's parts, without their beginning to work. @throws UnreachableDatabaseError */
const withDeadLetters = async (
  environment: Environment,
  work: (dead: DeadLetters) => Promise<void>,
): Promise<void> => {
  const databaseUrl = configuredDatabaseUrl(environment) ?? '';
  const quiet = { ...environment, LOG_LEVEL: 'silent' } as const;
  // Nothing here is signed.
  const config = new AppConfig(
    quiet,
    { databaseUrl, secretKey: environment.SECRET_KEY ?? 'x'.repeat(32) },
    'worker',
  );
  try {
    const app = await createApp(config);
    try {
      await work(app.get(DeadLetters));
    } finally {
      await app.close();
    }
  } catch (error) {
    throw explainDatabaseError(error, databaseUrl);
  }
};

/** Lists dead work on standard output, the latest first: when, what, its id, how often it was tried, and why it failed. */
export const listDeadWork = (environment: Environment): Promise<void> =>
  withDeadLetters(environment, async (dead) => {
    const found = await dead.list(SHOWN);
    for (const { at, name, id, attempts, reason } of found)
      say(`${at.toISOString()}  ${name}  ${id}  ${attempts} attempts  ${oneLine(reason ?? '')}`);
    if (found.length === 0) say('No work has been given up.');
    else if (found.length === SHOWN) say(`These are the latest ${SHOWN}.`);
  });

/** Has dead work done again. @param id of one piece; `undefined`: all */
export const retryDeadWork = (environment: Environment, id: string | undefined): Promise<void> =>
  withDeadLetters(environment, async (dead) => {
    const revived = await dead.revive(id);
    if (revived === 0 && id !== undefined) throw new Error(`There is no dead work ${id}`);
    say(`${revived} will be done again.`);
  });

/** A message may have several lines. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
