import { Session } from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Records what the main thread spends its time with, for Chrome's DevTools and the like: V8's sampling profiler, through
 * an inspector session inside the process; no port is opened.
 * @param duration milliseconds
 * @param signal breaks it off; the profiler is stopped either way
 * @returns JSON, the content of a `.cpuprofile`
 * @throws AbortError
 */
export const recordCpuProfile = async (duration: number, signal: AbortSignal): Promise<string> => {
  signal.throwIfAborted();
  const session = new Session();
  session.connect();
  try {
    await command(session, 'Profiler.enable');
    await command(session, 'Profiler.start');
    try {
      await delay(duration, undefined, { signal, ref: false });
    } finally {
      // Also where it was broken off: the sampling goes on until then.
      if (signal.aborted) await command(session, 'Profiler.stop');
    }
    const { profile } = (await command(session, 'Profiler.stop')) as { profile: object };
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
  }
};

const command = (session: Session, method: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    session.post(method, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
