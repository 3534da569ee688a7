/** The thread that sends the requests of `http.mjs`, and wakes it when an answer is there. */
import { workerData } from 'node:worker_threads';

const { port, signal } = workerData;

port.on('message', async ({ method, url, body, headers }) => {
  let answer;
  try {
    const response = await fetch(url, { method, body, headers });
    answer = { status: response.status, text: await response.text() };
  } catch (error) {
    answer = { error: String(error.cause ?? error) };
  }
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
