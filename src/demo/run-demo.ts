import { ConfigurationError } from '../config';
import { run, type BeforeListen } from '../start';
import { DEMO_EMAIL, DEMO_PASSWORD, demoToken } from './demo-account';
import { loadSample, SAMPLES } from './load-sample';
import { withProgress } from './progress';

/** The demo keeps its data apart, so that its account, whose password is known, exists nowhere else. */
const DEMO_DATA_DIR = '.data/demo';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const REFUSAL =
  'The demo has an account whose password everybody knows: it does not run with NODE_ENV=production.';

/**
 * Runs the program with a demo account and the sample data, loaded through the product's own import. Data that
 * is there already is passed over.
 */
export const runDemo = async (environment: NodeJS.ProcessEnv): Promise<void> => {
  if (environment.NODE_ENV === 'production') {
    say(REFUSAL);
    process.exitCode = 1;
    return;
  }
  await run(
    {
      ...environment,
      DATA_DIR: environment.DATA_DIR ?? DEMO_DATA_DIR,
      LOG_LEVEL: environment.LOG_LEVEL ?? 'warn',
    },
    fill,
  );
};

const fill: BeforeListen = async (app, config) => {
  if (config.production) throw new ConfigurationError([REFUSAL]);
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  const token = await demoToken(url);
  const started = performance.now();
  for (const sample of SAMPLES) {
    const report = await withProgress(sample.title, (progress) => loadSample(url, token, sample, progress));
    say(
      `${sample.title}: ${report.created} created, ${report.skipped} there already, ${report.failed} failed`,
    );
  }
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
