import { breakOff, FrontedInstances } from '../support/fronted-instances';
import { requireProgram } from '../support/required-program';

const nginx = requireProgram('nginx');

nginx.describe('nginx, where an instance breaks off, is away or busy,', () => {
  let front: FrontedInstances;
  beforeEach(async () => {
    front = await FrontedInstances.start(nginx.file);
  });
  afterEach(() => front.stop());

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])(
    'asks the other instance when one breaks off during %s, which may be done twice',
    async (method) => {
      for (const [index, each] of front.instances.entries())
        each.answer = (request, response) =>
          index === 0 && front.instances[1].got.length === 0 ? breakOff(request) : response.end('other');
      const answers = [await front.send(method), await front.send(method)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(front.instances[0].got.length).toBe(1);
    },
  );

  it.each(['POST', 'PATCH'])(
    'sends a %s that broke off to nobody else: it may have been done',
    async (method) => {
      front.answerWith(breakOff);
      const { status, headers, text } = await front.send(method);
      expect(front.got()).toHaveLength(1);
      expect(status).toBe(503);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('retry-after')).toBe('1');
      expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'unavailable' });
    },
  );

  it.each([
    '/api/jobs',
    '/api/jobs/?x=1',
    '/api/jobs/bulk/status',
    '/api/jobs/7/archive',
    '/api/jobs/7/status-events/',
    '/api/exports',
  ])('sends a POST to %s with an Idempotency-Key to the other instance: it is done once', async (path) => {
    let broken = 0;
    front.answerWith((request, response) => (broken++ === 0 ? breakOff(request) : response.end('done')));
    const { status, text } = await front.send('POST', path, { 'idempotency-key': 'k' });
    expect([status, text]).toEqual([200, 'done']);
    expect(front.got().map(({ body, headers }) => [body, headers['idempotency-key']])).toEqual(
      Array(2).fill(['{"title":"x"}', 'k']),
    );
  });

  it.each([
    ['POST', '/api/auth/refresh'],
    ['POST', '/api/auth/register'],
    ['POST', '/api/jobs/import'],
    ['PATCH', '/api/jobs/7'],
    ['PATCH', '/api/profile'],
  ])('sends a %s of %s once: its Idempotency-Key is not looked at', async (method, path) => {
    front.answerWith(breakOff);
    const { status } = await front.send(method, path, { 'idempotency-key': 'k', 'if-match': '"1"' });
    expect([status, front.got().length]).toEqual([503, 1]);
  });

  it('sends every request to the other instance while one does not listen', async () => {
    front.instances[0].stop();
    for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'POST'])
      expect([method, (await front.send(method)).status]).toEqual([method, 200]);
    expect(front.instances[1].got).toHaveLength(6);
  });

  it('repeats no 503, and takes nobody out for one: it says when to come back', async () => {
    front.answerWith((_request, response) => response.writeHead(503, { 'retry-after': '5' }).end('busy'));
    for (let n = 1; n <= 8; n += 1) {
      const { status, headers, text } = await front.send('GET');
      expect([status, headers.get('retry-after'), text]).toEqual([503, '5', 'busy']);
      expect(front.got()).toHaveLength(n);
    }
  });
});
