import { Injectable } from '@nestjs/common';
import { freemem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { ProcessVitals } from '../platform/vitals';

/**
 * Memory that a snapshot takes besides the heap, as a multiple of it. Measured with Node 20, 22 and 24: five to seven of
 * this program, up to eleven where the heap holds objects of usual size, two where it is texts. V8 keeps each object and
 * each reference in tables of their own; the "about twice" of Node's documentation of `node:v8` is the least. Where the heap
 * is millions of objects of forty bytes it takes 35, which nothing tells beforehand.
 */
export const SNAPSHOT_PER_HEAP = 12;

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
