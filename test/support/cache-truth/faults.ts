import { setTimeout as delay } from 'node:timers/promises';
import { type Instances } from './instances';
import { type Random } from './random';
import { type Tally } from './tally';

/** A fault runs from its beginning to its end, which is when everything is there again. */
type Fault = (instances: Instances, random: Random, steps: (count: number) => Promise<void>) => Promise<void>;

const FAULTS: Record<string, Fault> = {
  'Redis restarted empty': ({ redis }) => redis.restart({ empty: true }),
  'Redis emptied': async ({ redis }) => {
    await redis.command('FLUSHALL');
  },
  'Redis restarted with what it had some time ago': async ({ redis }, random, steps) => {
    await redis.command('SAVE');
    await steps(random.between(10, 60));
    await redis.restart({ empty: false });
  },
  'Redis away': async ({ redis }, random) => {
    await redis.kill();
    await delay(random.between(100, 2500));
    await redis.restart({ empty: random.chance(0.5) });
  },
  'Redis frozen': async ({ redis }, random) => {
    await redis.pause();
    await delay(random.between(50, 2000));
    redis.resume();
  },
  'Redis cut off from one': async ({ proxy }, random) => {
    await proxy.refuse();
    await delay(random.between(100, 5000));
    await proxy.accept();
  },
  'Redis silent to one': async ({ proxy }, random) => {
    proxy.blackhole();
    await delay(random.between(50, 4000));
    proxy.deliver();
  },
  'Redis slow to one': async ({ proxy }, random) => {
    proxy.delayReplies(random.between(20, 800));
    await delay(1500);
    proxy.delayReplies(0);
  },
  'an instance killed after a commit': async (instances) => {
    await instances.replaceChild(3000);
  },
  'a clock jumps': async (instances, random, steps) => {
    await instances.shiftClock(random.pick([-600_000, -1000, 1000, 400_000, 600_000]));
    await steps(random.between(10, 60));
    await instances.shiftClock(0);
  },
  'an instance frozen': async (instances, random) => {
    instances.signalChild('SIGSTOP');
    await delay(random.between(200, 2600));
    instances.signalChild('SIGCONT');
  },
};

/** Brings one fault after another on the instances until `done`, with some steps between. */
export class Faults {
  /** What has happened, for whoever looks for the cause of a failure. */
  readonly told: string[] = [];

  constructor(
    private readonly instances: Instances,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {}

  async go(done: () => boolean): Promise<void> {
    // Each comes once before any comes again.
    let left: string[] = [];
    const steps = (count: number): Promise<void> => this.steps(count, done);
    for (;;) {
      await steps(this.random.between(40, 160));
      if (done()) return;
      if (left.length === 0) left = Object.keys(FAULTS);
      const [name = ''] = left.splice(this.random.between(0, left.length - 1), 1);
      this.tell(`${name} begins`);
      await FAULTS[name]?.(this.instances, this.random, steps);
      this.tell(`${name} has ended`);
      this.tally.recovering(name);
    }
  }

  private async steps(count: number, done: () => boolean): Promise<void> {
    const end = this.tally.steps + count;
    while (this.tally.steps < end && !done()) await delay(5);
  }

  private tell(what: string): void {
    this.told.push(`${new Date().toISOString().slice(17)} ${what}`);
  }
}
