import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { type Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import { Problem } from '../http';
import { recordCpuProfile } from './cpu-profile';

/** What can be taken of the process. */
export type ProfileKind = 'cpu-profile' | 'heap-snapshot';

/** 409: one is being taken, and there is but one at a time. */
export class ProfilerBusy extends Problem {
  constructor(kind: ProfileKind) {
    super(409, 'diagnostics_running', `A ${kind} is being taken; there is one at a time.`);
  }
}

/** Milliseconds without a byte being read after which a snapshot is given up: it holds many times the memory of the heap. */
const STALL_AFTER = 30_000;

/** Takes profiles and snapshots of this process, one at a time whoever asks. None outlives the application. */
@Injectable()
export class Profiler implements BeforeApplicationShutdown {
  /** What is being taken. */
  running: ProfileKind | undefined;
  /** See the constant of that name; for tests. */
  stallAfter = STALL_AFTER;

  private readonly end = new AbortController();

  /**
   * A CPU profile, as JSON.
   * @param duration milliseconds
   * @param signal breaks it off
   * @throws ProfilerBusy; AbortError
   */
  async cpuProfile(duration: number, signal: AbortSignal): Promise<string> {
    this.begin('cpu-profile');
    try {
      return await recordCpuProfile(duration, AbortSignal.any([signal, this.end.signal]));
    } finally {
      this.running = undefined;
    }
  }

  /**
   * A heap snapshot, as a stream of JSON. Making it holds up the whole process, ten seconds and more for 100 MB of heap,
   * and takes many times the memory of the heap, most of which the process keeps for later ones. It counts as running
   * until the stream is closed, which it is by itself when nobody reads it.
   * @throws ProfilerBusy
   */
  heapSnapshot(): Readable {
    this.begin('heap-snapshot');
    try {
      const snapshot = getHeapSnapshot();
      const giveUp = (): void => void snapshot.destroy(new Error('The snapshot was not read'));
      const timer = setTimeout(giveUp, this.stallAfter).unref();
      snapshot.on('data', () => timer.refresh());
      snapshot.pause();
      // Who reads it is told by it; where nobody listens that it was given up is no reason for the process to end.
      snapshot.on('error', () => undefined);
      this.end.signal.addEventListener('abort', giveUp);
      snapshot.once('close', () => {
        clearTimeout(timer);
        this.end.signal.removeEventListener('abort', giveUp);
        this.running = undefined;
      });
      return snapshot;
    } catch (error) {
      this.running = undefined;
      throw error;
    }
  }

  /** Who waits for a profile does so in vain. */
  beforeApplicationShutdown(): void {
    this.end.abort();
  }

  /** @throws ProfilerBusy */
  assertIdle(): void {
    if (this.running !== undefined) throw new ProfilerBusy(this.running);
  }

  private begin(kind: ProfileKind): void {
    this.assertIdle();
    this.running = kind;
  }
}
