import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { breakOff, FrontedInstances } from '../support/fronted-instances';
import { requireProgram } from '../support/required-program';

const nginx = requireProgram('nginx');

/** What nginx makes where the client has sent none. */
const MADE = /^[0-9a-f]{32}$/;

nginx.describe('The id of a request behind nginx', () => {
  let front: FrontedInstances;
  beforeEach(async () => {
    front = await FrontedInstances.start(nginx.file);
  });
  afterEach(() => front.stop());

  /** The line of the log about a request, once it is there. */
  const logged = async (id: string): Promise<string> => {
    const lines = await eventually(
      async () => (await readFile(join(front.proxy.folder, 'access.log'), 'utf8')).split('\n'),
      (all) => all.some((line) => line.includes(id)),
    );
    return lines.find((line) => line.includes(id)) ?? '';
  };

  const idIn = (text: string): unknown => (JSON.parse(text) as { requestId: unknown }).requestId;

  it.each([
    ['is made where there is none', {}],
    ['is made in place of one that Jobtrail would not take', { 'x-request-id': 'a b' }],
  ])('%s, for the instance and the log', async (_title, headers) => {
    await front.send('GET', '/api/jobs?secret=1', headers);
    const id = String(front.got()[0]?.headers['x-request-id']);
    expect(id).toMatch(MADE);
    const line = await logged(id);
    expect(line).toMatch(/ "GET \/api\/jobs" 200 \d+ [\d.]+ 127\.0\.0\.1:\d+ 200 [\d.]+$/);
    expect(line).not.toContain('secret');
  });

  it('is told once by an answer of an instance, which brings it along', async () => {
    front.answerWith((request, response) =>
      response.writeHead(200, { 'x-request-id': request.headers['x-request-id'] }).end(),
    );
    const { headers } = await front.send('GET', '/api/jobs', { 'x-request-id': 'mine' });
    expect(headers.get('x-request-id')).toBe('mine');
  });

  it.each<Record<string, string>>([{}, { 'x-request-id': 'mine-7' }])(
    'is the same in a 503 of nginx, its body, the log, and for both instances that were asked (%j)',
    async (sent) => {
      front.answerWith(breakOff);
      const { status, headers, text } = await front.send('GET', '/api/jobs', sent);
      const id = headers.get('x-request-id') ?? '';
      expect([status, idIn(text)]).toEqual([503, id]);
      expect(id).toMatch('x-request-id' in sent ? /^mine-7$/ : MADE);
      expect(front.got().map((request) => request.headers['x-request-id'])).toEqual([id, id]);
      expect(await logged(id)).toMatch(/ 503 .* 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+ 502, 502 /);
    },
  );

  it('is the same in a 413 of nginx, its body and the log', async () => {
    const response = await fetch(`${front.url}/api/jobs`, {
      method: 'POST',
      headers: { 'x-request-id': 'large-7' },
      body: 'x'.repeat(9 * 1024 * 1024),
    });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([413, 'large-7']);
    expect(idIn(await response.text())).toBe('large-7');
    expect(await logged('large-7')).toContain(' "POST /api/jobs" 413 ');
  });

  it('is in every other answer of nginx', async () => {
    const { status, headers } = await front.send('GET', '/metrics', { 'x-request-id': 'nosy' });
    expect([status, headers.get('x-request-id')]).toEqual([404, 'nosy']);
    expect(await front.sendExactly('/%')).toMatch(/ 400 [^]*\r\nX-Request-Id: [0-9a-f]{32}\r\n/);
  });
});
