import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type Caller } from '../auth';
import { Problem, Unavailable } from '../platform/http';
import { AuditLog } from '../platform/logging';
import { Profiler, type ProfileKind } from '../platform/profiling';
import { ClientLeft, InsufficientMemory } from './diagnostics.errors';
import { SpareMemory } from './spare-memory';

/** Who asks, and the answer that is being made: when that closes early, they have left. */
export interface Asked {
  readonly caller: Caller;
  readonly answer: ServerResponse;
}

/**
 * Profiles and snapshots for administrators. The log tells of each who asked for it, when, and what became of it: a
 * snapshot holds what is in memory, other people's data and secrets among it. So it does at every level but `silent`.
 */
@Injectable()
export class Diagnostics {
  constructor(
    private readonly profiler: Profiler,
    private readonly memory: SpareMemory,
    private readonly audit: AuditLog,
  ) {}

  /** @throws ProfilerBusy, ClientLeft, Unavailable (the program ends) */
  cpuProfile(asked: Asked, seconds: number): Promise<Readable> {
    return this.audited(asked, 'cpu-profile', { seconds }, async () => {
      const left = new AbortController();
      const leave = (): void => left.abort();
      asked.answer.once('close', leave);
      try {
        const profile = await this.profiler.cpuProfile(seconds * 1000, left.signal);
        // In one chunk it would be in memory twice.
        return Readable.from(Buffer.from(profile), { objectMode: false });
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error;
        throw left.signal.aborted ? new ClientLeft() : new Unavailable();
      } finally {
        asked.answer.off('close', leave);
      }
    });
  }

  /** @throws ProfilerBusy, InsufficientMemory */
  heapSnapshot(asked: Asked): Promise<Readable> {
    return this.audited(asked, 'heap-snapshot', {}, () => {
      this.profiler.assertIdle();
      const memory = this.memory.forSnapshot();
      if (memory.needed > memory.spare) throw new InsufficientMemory(memory);
      return Promise.resolve(this.profiler.heapSnapshot());
    });
  }

  private async audited(
    { caller, answer }: Asked,
    kind: ProfileKind,
    details: Record<string, unknown>,
    take: () => Promise<Readable>,
  ): Promise<Readable> {
    const audit = this.audit.in('Diagnostics');
    const line = { userId: caller.id, kind, ...details };
    const startedAt = performance.now();
    const ended = (outcome: string, more: Record<string, unknown> = {}): void => {
      const durationMs = Math.round(performance.now() - startedAt);
      audit.warn({ ...line, outcome, durationMs, ...more }, 'Diagnostics ended');
    };
    audit.warn(line, 'Diagnostics asked for');
    try {
      const content = await take();
      let bytes = 0;
      content.on('data', (chunk: Buffer | string) => (bytes += Buffer.byteLength(chunk)));
      content.pause();
      answer.once('close', () => {
        // Also where the client left: what holds the heap's copy must go.
        content.destroy();
        ended(answer.writableFinished ? 'sent' : 'broken off', { bytes });
      });
      return content;
    } catch (error) {
      ended(outcomeOf(error));
      throw error;
    }
  }
}

const outcomeOf = (error: unknown): string => {
  if (error instanceof ClientLeft) return 'client_left';
  return error instanceof Problem ? error.code : 'failed';
};
