import type { TestResponse } from './test-app';

/** Asserts the form of an error: a problem of RFC 9457, which shows nothing of the inside. */
export const expectProblem = (answer: TestResponse, status: number, code: string): void => {
  expect([answer.status, answer.body?.code]).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: 'about:blank',
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/\w/) as string,
    instance: expect.stringMatching(/^\//) as string,
    requestId: answer.headers.get('x-request-id'),
  });
  expect(answer.text).not.toMatch(/\bat \S+\.[jt]s|node_modules|SELECT|INSERT|pg_/);
};
