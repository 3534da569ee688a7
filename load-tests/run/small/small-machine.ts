import { setTimeout as sleep } from 'node:timers/promises';
import { ControlGroup, type GroupFigures } from './control-group';
import { inside } from './inside';
import { divideProcessors, type MachineSize, type Processors } from './machine-size';
import { processStatus, runOn } from './processes';
import { reapAfterwards } from './reaper';

/** How long the last processes may take to be gone from a group. Milliseconds. */
const PATIENCE = 10_000;

/**
 * A small machine within this one, for the product: its program, Postgres and what else belongs to it. The load comes
 * from the other processors, on which this process runs. Where control groups can be made the kernel holds all together
 * to the memory, with the page cache; elsewhere only V8's heap is bounded, to the half of it, as V8 itself would.
 */
export class SmallMachine {
  private constructor(
    readonly size: MachineSize,
    readonly processors: Processors,
    private readonly group: ControlGroup | undefined,
    /** Why there is no control group. */
    readonly refusals: readonly string[],
  ) {}

  /**
   * @param root folder that `proc/self/cgroup` and `sys/fs/cgroup` are in
   * @throws Error where there are too few processors, or no way to choose among them
   */
  static open(size: MachineSize, root = '/'): SmallMachine {
    const processors = divideProcessors(processStatus(process.pid)?.processors ?? [], size.cores);
    const refusals: string[] = [];
    const limits = { megabytes: size.megabytes, processors: processors.product };
    const group = ControlGroup.create(limits, root, (reason) => refusals.push(reason));
    if (group === undefined) console.error(`Memory is not held, no control group: ${refusals.join('; ')}`);
    else reapAfterwards(group.folders);
    runOn(processors.load);
    return new SmallMachine(size, processors, group, group === undefined ? refusals : []);
  }

  /** How processes are held: by groups of version 1 or 2, or by nothing but a choice of processors. */
  get means(): 'control groups 1' | 'control groups 2' | 'taskset' {
    return this.group === undefined ? 'taskset' : `control groups ${this.group.version}`;
  }

  /** Environment variables that a program in Node needs beside. */
  get environment(): Record<string, string> {
    return this.group === undefined
      ? { NODE_OPTIONS: `--max-old-space-size=${Math.floor(this.size.megabytes / 2)}` }
      : {};
  }

  /**
   * Starts something in the small machine: processes that are started meanwhile are in it from their beginning, so that
   * no memory of theirs is counted elsewhere. This process goes in for so long, and out again.
   */
  within<T>(start: () => Promise<T>): Promise<T> {
    return inside(this.group, this.processors, start);
  }

  /** Ids of the processes that the kernel counts to it; nothing where there is no group. */
  members(): number[] | undefined {
    return this.group?.processes();
  }

  /** What the kernel says of it; nothing where there is no group. */
  figures(): GroupFigures | undefined {
    return this.group?.figures();
  }

  /** Removes its groups, once all that ran in it has ended. @throws Error when something still runs after 10 s */
  async remove(): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      try {
        this.group?.remove();
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(20);
      }
    }
  }
}
