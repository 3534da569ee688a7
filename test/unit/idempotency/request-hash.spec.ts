import { requestHash } from '../../../src/idempotency/request-hash';

const hash = (method: string, url: string, body?: unknown): string =>
  requestHash({ method, url, body }).toString('hex');

describe('The hash of a request', () => {
  const first = hash('POST', '/api/jobs?a=1', { a: { x: 1, y: [{ p: 1, q: 2 }] }, b: null });

  it('is the same with a slash at the end of the path and with members in another order', () => {
    expect(hash('POST', '/api/jobs/?a=1', { b: null, a: { y: [{ q: 2, p: 1 }], x: 1 } })).toBe(first);
  });

  it.each([
    ['method', hash('PUT', '/api/jobs?a=1', { a: { x: 1, y: [{ p: 1, q: 2 }] }, b: null })],
    ['path', hash('POST', '/api/job?a=1', { a: { x: 1, y: [{ p: 1, q: 2 }] }, b: null })],
    ['query', hash('POST', '/api/jobs?a=2', { a: { x: 1, y: [{ p: 1, q: 2 }] }, b: null })],
    [
      'slash at the end of the query',
      hash('POST', '/api/jobs?a=1/', { a: { x: 1, y: [{ p: 1, q: 2 }] }, b: null }),
    ],
    ['nested value', hash('POST', '/api/jobs?a=1', { a: { x: 1, y: [{ p: 1, q: 3 }] }, b: null })],
    ['member that is missing', hash('POST', '/api/jobs?a=1', { a: { x: 1, y: [{ p: 1, q: 2 }] } })],
    ['body that is missing', hash('POST', '/api/jobs?a=1')],
  ])('differs with another %s', (_part, other) => {
    expect(other).not.toBe(first);
  });

  it('differs with the items of a list in another order', () => {
    expect(hash('POST', '/', [1, 2])).not.toBe(hash('POST', '/', [2, 1]));
  });
});
