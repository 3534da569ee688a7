import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/**
 * What the machine itself keeps a process waiting for: told by one that has nothing to do with the program under test, whose
 * own delays would else excuse themselves.
 */
export class Yardstick {
  private readonly pieces: { at: number; took: number }[] = [];
  private readonly child: ChildProcess;

  constructor() {
    this.child = fork(join(__dirname, 'yardstick-process.mjs'), { execArgv: [] });
    this.child.on('message', (took: number) => this.pieces.push({ at: performance.now(), took }));
  }

  /** Milliseconds that a piece of work as large as a small request took at most, since a moment. */
  slowestSince(since: number): number {
    return Math.max(0, ...this.pieces.filter(({ at }) => at >= since).map(({ took }) => took));
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
