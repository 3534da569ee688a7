import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../bench/contest';
import { sendOnce } from '../bench/http-client';
import { type Peer, type Running } from './peer';

/** Longest that a server may take from its address to an answer. Milliseconds. */
const ANSWER_TIMEOUT = 60_000;

/** One that runs, and how long it took to. */
export interface Started extends Running {
  peer: Peer;
  /** From before its process is spawned to its first page, with status 200. Milliseconds, median of the starts. */
  startTime: number;
}

const untilAnswering = async ({ server, request }: Running, ownerId: string): Promise<void> => {
  const deadline = performance.now() + ANSWER_TIMEOUT;
  for (;;) {
    const { status, body } = await sendOnce(server.port, request(ownerId));
    if (status === 200) return;
    assert(performance.now() < deadline, `Should answer 200, not ${status}: ${body.toString()}`);
    await delay(5);
  }
};

/** Starts it several times, and leaves the last one running. */
export const startTimed = async (
  peer: Peer,
  databaseUrl: string,
  ownerId: string,
  times: number,
): Promise<Started> => {
  const taken: number[] = [];
  for (;;) {
    const begin = performance.now();
    const running = await peer.start(databaseUrl);
    try {
      await untilAnswering(running, ownerId);
    } catch (error) {
      await running.server.stop();
      throw error;
    }
    taken.push(performance.now() - begin);
    if (taken.length >= times) return { ...running, peer, startTime: median(taken) };
    await running.server.stop();
  }
};
