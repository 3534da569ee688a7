import { eventually } from './eventually';
import { type RunningProgram } from './program';

interface ServesLine {
  process: number;
  processId: number;
  msg: string;
}

/** The processes of a program with `WEB_CONCURRENCY`, as its log tells of them. */
export class ProcessGroup {
  constructor(readonly program: RunningProgram) {}

  /** The ids of the processes that have begun to serve, the latest of each number, by number. */
  get ids(): number[] {
    const latest = new Map<number, number>();
    for (const line of this.program.stdout.split('\n')) {
      if (!line.includes('"A process serves"')) continue;
      const { process, processId } = JSON.parse(line) as ServesLine;
      latest.set(process, processId);
    }
    return [...latest].sort(([one], [other]) => one - other).map(([, id]) => id);
  }

  /** The id of the process of this number, counted from 0. */
  id(index: number): number {
    const id = this.ids[index];
    if (id === undefined) throw new Error(`There is no process ${index}`);
    return id;
  }

  /** Waits until another process serves in place of this one; gives its id. */
  async replacementOf(index: number, former: number): Promise<number> {
    return eventually(
      () => this.ids[index] ?? 0,
      (id) => id !== former && id !== 0,
    );
  }
}

/** Whether there is a process of this id, be it only one that nobody has waited for. */
export const isThere = (id: number): boolean => {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
};
