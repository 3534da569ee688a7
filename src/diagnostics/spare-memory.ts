import { Injectable } from '@nestjs/common';
import { freemem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { ProcessVitals } from '../platform/vitals';

/** "Creating a heap snapshot requires memory about twice the size of the heap" (Node's documentation of `node:v8`). */
const SNAPSHOT_PER_HEAP = 2;

/** Tells whether there is memory enough for a heap snapshot: where there is not, the kernel would end the process. */
@Injectable()
export class SpareMemory {
  constructor(private readonly vitals: ProcessVitals) {}

  /** Bytes that a snapshot needs, and that are left to the process; measured now. */
  forSnapshot(): { needed: number; spare: number } {
    const { limit } = this.vitals.now().memory;
    return {
      needed: SNAPSHOT_PER_HEAP * getHeapStatistics().used_heap_size,
      spare: Math.min(limit - process.memoryUsage.rss(), freemem()),
    };
  }
}
