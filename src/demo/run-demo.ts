import { join } from 'node:path';
import { ConfigurationError } from '../config';
import { Database, unprepared } from '../platform/database';
import { run, type AfterListen } from '../start';
import { DEMO_EMAIL, DEMO_PASSWORD, demoToken } from './demo-account';
import { loadSample, SAMPLES } from './load-sample';
import { withProgress } from './progress';

/** Where the program keeps its data unless told otherwise. */
const DATA_DIR = '.data';

/** The folder of the demo's data inside DATA_DIR: apart, so that its account is in no other database. */
const FOLDER = 'demo';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const refusal = (reason: string): ConfigurationError =>
  new ConfigurationError([`The demo makes an account whose password everybody knows: ${reason}`]);

/**
 * The environment of the demo: the given one, with a data folder of its own.
 * @throws ConfigurationError in production, and where a database is configured: that one may be in real use
 */
const demoEnvironment = (source: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  if (source.NODE_ENV === 'production') throw refusal('it does not run with NODE_ENV=production.');
  for (const name of ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'POSTGRES_HOST']) {
    if ((source[name] ?? '').trim() !== '')
      throw refusal(`it does not run with ${name}, only on a Postgres of its own. Unset ${name}.`);
  }
  return {
    ...source,
    DATA_DIR: join(source.DATA_DIR || DATA_DIR, FOLDER),
    LOG_LEVEL: source.LOG_LEVEL || 'warn',
    // One process loads the sample, and needs no Redis.
    WEB_CONCURRENCY: '1',
  };
};

/**
 * Runs the program with a demo account and the sample data, loaded through the product's own import. Data that
 * is there already is passed over.
 */
export const runDemo = (source: NodeJS.ProcessEnv): Promise<void> =>
  run(source, { environment: demoEnvironment, afterListen: fill });

const fill: AfterListen = async (app, _config, stop) => {
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  const token = await demoToken(url, stop);
  const started = performance.now();
  for (const sample of SAMPLES) {
    const report = await withProgress(sample.title, (progress) =>
      loadSample(url, token, sample, progress, stop),
    );
    say(
      `${sample.title}: ${report.created} created, ${report.skipped} there already, ${report.failed} failed`,
    );
  }
  // Postgres would do it within a minute; until then the list's estimated totals are far too low.
  await app.get(Database).query(unprepared('ANALYZE (SKIP_LOCKED) jobs'));
  say(`Loaded in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  say('');
  say(`Account:  ${DEMO_EMAIL} / ${DEMO_PASSWORD}`);
  say('Try:');
  say(`  TOKEN=$(curl -s ${url}/api/auth/login -H 'content-type: application/json' \\`);
  say(
    `    -d '{"email":"${DEMO_EMAIL}","password":"${DEMO_PASSWORD}"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
  );
  say(`  curl -s "${url}/api/jobs?q=software&limit=3" -H "authorization: Bearer $TOKEN"`);
  say('');
};
