/**
 * A smoke test for k6: ten virtual users for half a minute look through their list, create a job, move it on and delete it.
 *
 *   k6 run -e BASE_URL=http://127.0.0.1:3000 -e TOKEN=... load-tests/k6/smoke.js
 *   k6 run -e BASE_URL=http://127.0.0.1:3000 -e EMAIL=... -e PASSWORD=... load-tests/k6/smoke.js
 *
 * Without TOKEN it logs in once with EMAIL and PASSWORD, and without these it registers an account of its own. The program
 * has to run with RATE_LIMIT_ENABLED=false: ten users from one address are refused with 429 otherwise.
 */
import http from 'k6/http';
import { check, group, sleep } from 'k6';

const base = (__ENV.BASE_URL || 'http://127.0.0.1:3000').replace(/\/+$/, '');

export const options = {
  vus: 10,
  duration: '30s',
  thresholds: {
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.99'],
    'http_req_duration{kind:read}': ['p(95)<300'],
    'http_req_duration{kind:write}': ['p(95)<600'],
  },
};

const json = { 'Content-Type': 'application/json' };

/** Runs once; its answer is given to every virtual user. */
export function setup() {
  if (__ENV.TOKEN) return { token: __ENV.TOKEN };
  const known = Boolean(__ENV.EMAIL && __ENV.PASSWORD);
  const account = known
    ? { email: __ENV.EMAIL, password: __ENV.PASSWORD }
    : { email: `k6-${Date.now()}@load.example`, password: 'a password of a load test' };
  const answer = known
    ? http.post(`${base}/api/auth/login`, JSON.stringify(account), { headers: json })
    : http.post(`${base}/api/auth/register`, JSON.stringify(account), { headers: json });
  if (answer.status !== (known ? 200 : 201)) throw new Error(`No token: ${answer.status} ${answer.body}`);
  return { token: answer.json('token') };
}

/** One round of a virtual user. */
export default function round({ token }) {
  const headers = { ...json, Authorization: `Bearer ${token}` };
  // One name for all jobs, so that k6 does not make a series for each.
  const reading = { headers, tags: { kind: 'read' } };
  const writing = { headers, tags: { kind: 'write' } };
  const readingJob = { headers, tags: { kind: 'read', name: 'job' } };
  const writingJob = { headers, tags: { kind: 'write', name: 'job' } };

  group('look', () => {
    const health = http.get(`${base}/api/health`, reading);
    check(health, { 'health is 200': ({ status }) => status === 200 });
    const list = http.get(`${base}/api/jobs?page=1&limit=20`, reading);
    check(list, {
      'list is 200': ({ status }) => status === 200,
      'list has rows and pagination': (answer) =>
        Array.isArray(answer.json('data')) && answer.json('pagination.limit') === 20,
    });
    const active = http.get(`${base}/api/jobs?status=active`, reading);
    check(active, { 'filter is 200': ({ status }) => status === 200 });
    const stats = http.get(`${base}/api/stats`, reading);
    check(stats, { 'stats are 200': ({ status }) => status === 200 });
  });

  group('write', () => {
    const body = {
      title: 'A job of a load test',
      company: 'Load Ltd',
      location: 'Remote',
      status: 'wishlist',
    };
    const created = http.post(`${base}/api/jobs`, JSON.stringify(body), writing);
    if (!check(created, { 'create is 201': ({ status }) => status === 201 })) return;
    const job = `${base}/api/jobs/${created.json('id')}`;
    const changed = http.put(job, JSON.stringify({ status: 'applied' }), writingJob);
    check(changed, {
      'update is 200': ({ status }) => status === 200,
      'update moved it': (answer) => answer.json('currentStatus') === 'applied',
    });
    const moved = http.post(`${job}/status-events`, JSON.stringify({ status: 'interview' }), writingJob);
    check(moved, { 'append is 201': ({ status }) => status === 201 });
    const history = http.get(`${job}/status-events`, readingJob);
    check(history, {
      'history is 200': ({ status }) => status === 200,
      'history begins with the newest': (answer) => answer.json('data.0.status') === 'interview',
    });
    const removed = http.del(job, null, writingJob);
    check(removed, { 'delete is 204': ({ status }) => status === 204 });
  });

  sleep(1);
}
