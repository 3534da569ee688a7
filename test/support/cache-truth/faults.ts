import { setTimeout as delay } from 'node:timers/promises';
import { type Instances } from './instances';
import { type Random } from './random';
import { type Tally } from './tally';
import { Walk } from './walk';

/** How long the cache may take to be used again, before that is no longer waited for. Milliseconds. */
const RECOVERY = 8000;

/** What a fault is made with. */
interface Scene {
  instances: Instances;
  random: Random;
  /** A user whose answers are cached, who writes and reads in the worst moment. */
  witness: Walk;
  /** Waits until the others have made so many steps. */
  steps: (count: number) => Promise<void>;
}

/** Writes through the instance that is in trouble, and reads through all, for so many milliseconds. */
const persist = async (witness: Walk, through: 'near' | 'child', milliseconds: number): Promise<void> => {
  const end = performance.now() + milliseconds;
  do {
    await witness.change(through);
    await witness.check();
    await witness.check();
  } while (performance.now() < end);
};

/** A fault runs from its beginning to its end, which is when everything is there again. */
const FAULTS: Record<string, (scene: Scene) => Promise<void>> = {
  'Redis restarted empty': async ({ instances: { redis }, witness }) => {
    await Promise.all([redis.restart({ empty: true }), witness.change()]);
  },
  'Redis emptied': async ({ instances: { redis }, witness }) => {
    await Promise.all([redis.command('FLUSHALL'), witness.change()]);
  },
  'Redis restarted with what it had some time ago': async ({
    instances: { redis },
    random,
    witness,
    steps,
  }) => {
    await redis.command('SAVE');
    await witness.change();
    await steps(random.between(0, 40));
    await redis.restart({ empty: false });
  },
  'Redis away': async ({ instances: { redis }, random, witness }) => {
    await redis.command('SAVE');
    await redis.kill();
    await persist(witness, random.pick(['near', 'child']), random.between(0, 2500));
    await redis.restart({ empty: random.chance(0.5) });
  },
  'Redis frozen': async ({ instances: { redis }, random, witness }) => {
    await redis.pause();
    const frozen = delay(random.between(50, 2000)).then(() => redis.resume());
    await Promise.all([frozen, witness.change()]);
  },
  'Redis cut off from one': async ({ instances: { proxy }, random, witness }) => {
    await proxy.refuse();
    await persist(witness, 'near', random.between(0, 6000));
    await proxy.accept();
  },
  'Redis silent to one': async ({ instances: { proxy }, random, witness }) => {
    proxy.blackhole();
    await persist(witness, 'near', random.between(0, 4000));
    proxy.deliver();
  },
  'Redis slow to one': async ({ instances: { proxy }, random, witness }) => {
    proxy.delayReplies(random.between(20, 800));
    await persist(witness, 'near', 1500);
    proxy.delayReplies(0);
  },
  'an instance killed after a commit': async ({ instances, witness }) => {
    await instances.doomChild();
    await witness.change('child');
    await witness.check();
    await instances.replaceChild();
  },
  'a clock jumps': async ({ instances, random, witness, steps }) => {
    await instances.shiftClock(random.pick([-600_000, -1000, 1000, 400_000, 600_000]));
    await persist(witness, 'child', 0);
    await steps(random.between(10, 60));
    await instances.shiftClock(0);
  },
  'an instance frozen': async ({ instances, random, witness }) => {
    instances.signalChild('SIGSTOP');
    const frozen = delay(random.between(200, 2600)).then(() => instances.signalChild('SIGCONT'));
    await Promise.all([frozen, witness.change('near')]);
  },
};

/** Brings one fault after another on the instances until `done`, with some steps between. */
export class Faults {
  /** What has happened, for whoever looks for the cause of a failure. */
  readonly told: string[] = [];
  private readonly witness: Walk;

  constructor(
    private readonly instances: Instances,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {
    this.witness = new Walk('the witness', instances, random, tally);
  }

  async go(done: () => boolean): Promise<void> {
    // Each comes once before any comes again.
    let left: string[] = [];
    const steps = (count: number): Promise<void> => this.steps(count, done);
    for (;;) {
      await steps(this.random.between(20, 100));
      if (done()) return;
      if (left.length === 0) left = Object.keys(FAULTS);
      const [name = ''] = left.splice(this.random.between(0, left.length - 1), 1);
      await this.witness.prepare();
      this.tell(`${name} begins`);
      await FAULTS[name]?.({ instances: this.instances, random: this.random, witness: this.witness, steps });
      this.tell(`${name} has ended`);
      this.tally.recovering(name);
      await this.watchRecovery(done);
    }
  }

  /** Looks at what is served from the cache when it is used again. */
  private async watchRecovery(done: () => boolean): Promise<void> {
    const { recoveries } = this.tally;
    const end = performance.now() + RECOVERY;
    do {
      await this.witness.check();
      await delay(50);
    } while (this.tally.recoveries === recoveries && performance.now() < end && !done());
    await this.witness.change();
    await this.witness.check();
  }

  private async steps(count: number, done: () => boolean): Promise<void> {
    const end = this.tally.steps + count;
    while (this.tally.steps < end && !done()) await delay(5);
  }

  private tell(what: string): void {
    this.told.push(`${new Date().toISOString().slice(17)} ${what}`);
  }
}
