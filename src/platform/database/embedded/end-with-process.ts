import type { ChildProcess } from 'node:child_process';

/** How a child is ended. */
export interface Ending {
  signal: NodeJS.Signals;
  /** Whether its own children are signalled too; it must lead a process group then (`detached`). */
  group: boolean;
}

/**
 * Sends the child a signal when this process ends before it, so that nothing is left behind even by
 * `process.exit()`; signals need no event loop. To be called right after the child was spawned.
 * @param abort ends the child too, when it is aborted
 */
export function endWithProcess(child: ChildProcess, { signal, group }: Ending, abort?: AbortSignal): void {
  const end = (): void => {
    if (!group || process.platform === 'win32' || child.pid === undefined) {
      child.kill(signal);
      return;
    }
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const forget = (): void => {
    process.off('exit', end);
    abort?.removeEventListener('abort', end);
  };
  process.on('exit', end);
  abort?.addEventListener('abort', end, { once: true });
  child.once('exit', forget);
  child.once('error', forget);
  if (abort?.aborted === true) end();
}
