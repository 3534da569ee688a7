/**
 * Starts the built program as a user would, on the embedded Postgres in a new folder, does with it what a user does, and
 * stops it: `npm run build && node scripts/smoke.mjs`. The program runs on the Node that runs this. No configuration of
 * whoever runs it counts, neither of the environment nor of `.env`: it might name a database that matters. Exit code 1 when
 * anything is not as it should be.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Until the program listens, and until it has ended. Milliseconds. */
const PATIENCE = 60_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is started, as seen from the root of the repository. */
const main = resolvePath(root, process.argv[2] ?? 'dist/main.js');

/** @returns the program, and the address that it says it listens on */
const start = async (dataDir) => {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', NODE_ENV: 'development' };
  // In a folder where no `.env` lies.
  const program = spawn(process.execPath, [main], { cwd: dataDir, env });
  let said = '';
  const address = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`It does not listen:\n${said}`)), PATIENCE);
    const read = (chunk) => {
      said += chunk;
      const url = /API: +(\S+)\/api/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    program.stderr.on('data', read);
    program.stdout.on('data', read);
    program.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${said}`)));
  }).catch((error) => {
    program.kill('SIGKILL');
    throw error;
  });
  return { program, address };
};

/** Calls the API; `expected` is the status that is right. @returns the body of the answer */
const caller = (address) => {
  let token;
  const call = async (expected, method, path, body) => {
    const answer = await fetch(address + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.equal(answer.status, expected, `${method} ${path}: ${text}`);
    return answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  };
  const login = (given) => (token = given);
  return { call, login };
};

/** What a user does: an account, a job and its way, the list, statistics, an export. */
const useIt = async (address) => {
  const { call, login } = caller(address);
  const credentials = { email: 'smoke@example.com', password: 'correct horse battery staple' };
  await call(201, 'POST', '/api/auth/register', { ...credentials, name: 'Smoke' });
  login((await call(200, 'POST', '/api/auth/login', credentials)).token);
  const job = await call(201, 'POST', '/api/jobs', { title: 'Programmer', company: 'Acme' });
  for (const status of ['applied', 'interview', 'offer'])
    await call(201, 'POST', `/api/jobs/${job.id}/status-events`, { status });
  const history = await call(200, 'GET', `/api/jobs/${job.id}/status-events`);
  assert.equal(history.data.length, 4);
  const list = await call(200, 'GET', '/api/jobs?status=offer');
  assert.deepEqual([list.data.length, list.pagination.totalItems], [1, 1]);
  const stats = await call(200, 'GET', '/api/stats');
  assert.deepEqual([stats.totals.byStatus.offer, stats.responseRate], [1, 1]);
  assert.match(await call(200, 'GET', '/api/jobs/export?format=csv'), /Programmer/);
  await call(404, 'GET', '/api/jobs/00000000-0000-7000-8000-000000000000');
  assert.equal((await call(200, 'GET', '/api/health')).status !== undefined, true);
  await call(200, 'GET', '/api/health/ready');
  assert.match(await call(200, 'GET', '/metrics'), /request_duration_seconds_count/);
};

const dataDir = await mkdtemp(join(tmpdir(), 'jobtrail-smoke-'));
try {
  const { program, address } = await start(dataDir);
  const ended = once(program, 'exit');
  try {
    await useIt(address);
  } finally {
    program.kill('SIGTERM');
    const timer = setTimeout(() => program.kill('SIGKILL'), PATIENCE);
    const [code, signal] = await ended;
    clearTimeout(timer);
    assert.deepEqual([code, signal], [0, null], 'It does not end in order');
  }
  console.log(`Node ${process.version}: everything works.`);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
