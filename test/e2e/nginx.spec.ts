import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/child-server';
import { FrontedInstances } from '../support/fronted-instances';
import { deployedSite, writeNginx } from '../support/nginx';
import { readRepositoryFile } from '../support/repository-files';
import { requireProgram } from '../support/required-program';

const nginx = requireProgram('nginx');

/** Seconds that `SHUTDOWN_DELAY` is in production. */
const SHUTDOWN_DELAY = 5;

describe('The configuration of nginx', () => {
  it('closes idle connections to an instance before that closes its port', () => {
    const [, seconds] = /upstream jobtrail \{[^}]*keepalive_timeout (\d+)s;/.exec(
      readRepositoryFile('deploy/nginx/jobtrail.conf'),
    )!;
    expect(Number(seconds)).toBeLessThan(SHUTDOWN_DELAY);
  });
});

nginx.describe('nginx before two instances', () => {
  let front: FrontedInstances;
  beforeEach(async () => {
    front = await FrontedInstances.start(nginx.file);
  });
  afterEach(() => front.stop());

  it('accepts the configuration, without a warning', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jobtrail-nginx-check-'));
    try {
      const site = deployedSite(`127.0.0.1:${await freePort()}`, [3001, 3002]);
      const args = await writeNginx(folder, site);
      const { stderr } = await promisify(execFile)(nginx.file, ['-t', ...args]);
      expect(stderr).toContain('test is successful');
      expect(stderr).not.toMatch(/\[(warn|error|emerg)\]/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('tells who asked for what, and leaves the rest of the request as it is', async () => {
    const { text } = await front.send('GET', '/api/jobs?limit=1', {
      'x-forwarded-for': '203.0.113.9',
      'x-request-id': 'mine',
      'accept-encoding': 'br',
      'if-none-match': '"a"',
    });
    expect(text).toBe('ok');
    expect(front.got()[0]?.headers).toMatchObject({
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': '127.0.0.1',
      'x-request-id': 'mine',
      'accept-encoding': 'br',
      'if-none-match': '"a"',
    });
    // Else it could not be kept for the next request.
    expect(front.got()[0]?.headers.connection).not.toBe('close');
  });

  it('answers with a problem when nobody listens, and when a body is too large for JSON, but not for an import', async () => {
    const big = 'x'.repeat(9 * 1024 * 1024);
    const post = (path: string) => fetch(front.url + path, { method: 'POST', body: big });
    const tooLarge = await post('/api/jobs');
    expect([tooLarge.status, tooLarge.headers.get('content-type')]).toEqual([
      413,
      'application/problem+json',
    ]);
    expect(await tooLarge.json()).toMatchObject({ code: 'payload_too_large' });
    expect((await post('/api/jobs/import')).status).toBe(200);
    expect((await post('/api/jobs/import/')).status).toBe(200);
    expect(front.got().map(({ body }) => body.length)).toEqual([big.length, big.length]);
    front.stopInstances();
    const { status, text } = await front.send('GET');
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([503, 'unavailable']);
  });

  it('keeps metrics from everybody, however they are asked for', async () => {
    for (const path of [
      '/metrics',
      '/metrics/',
      '//metrics',
      '/api/../metrics',
      '/%6Detrics',
      '/metrics?a=b',
    ])
      expect([path, (await front.sendExactly(path)).includes(' 404 ')]).toEqual([path, true]);
    expect(front.got()).toEqual([]);
  });
});
