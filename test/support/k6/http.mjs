/** The part of k6's module `k6/http` that scripts here use. Requests block, as in k6: another thread sends them. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Until an answer is there. Milliseconds. */
const PATIENCE = 30_000;

/** What was called, in turn. */
export const calls = [];

const { port1: here, port2: there } = new MessageChannel();
const signal = new Int32Array(new SharedArrayBuffer(4));
const sender = new Worker(new URL('./http-sender.mjs', import.meta.url), {
  workerData: { port: there, signal },
  transferList: [there],
});
sender.unref();

const request = (method, url, body, params = {}) => {
  Atomics.store(signal, 0, 0);
  here.postMessage({ method, url, body: body ?? undefined, headers: params.headers ?? {} });
  if (Atomics.wait(signal, 0, 0, PATIENCE) === 'timed-out') throw new Error(`${method} ${url}: no answer`);
  const { error, status, text } = receiveMessageOnPort(here).message;
  if (error !== undefined) throw new Error(`${method} ${url}: ${error}`);
  calls.push({ method, url, status, authorization: params.headers?.Authorization, tags: params.tags });
  return { status, body: text, json: (path) => at(JSON.parse(text), path) };
};

/** The part of a body that a path such as `data.0.id` names. */
const at = (body, path = '') =>
  path
    .split('.')
    .filter((step) => step !== '')
    .reduce((value, step) => value?.[step], body);

export default {
  get: (url, params) => request('GET', url, undefined, params),
  post: (url, body, params) => request('POST', url, body, params),
  put: (url, body, params) => request('PUT', url, body, params),
  patch: (url, body, params) => request('PATCH', url, body, params),
  del: (url, body, params) => request('DELETE', url, body, params),
};
