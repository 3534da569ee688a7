import { randomInt } from 'node:crypto';
import { Untrue } from './comparison';
import { Faults } from './faults';
import { Instances } from './instances';
import { Random } from './random';
import { Tally } from './tally';
import { Walk } from './walk';

/** How much a run does. */
export interface Effort {
  /** In all. */
  steps: number;
  /** After which it ends all the same, for slow machines. */
  seconds: number;
  /** Kinds of faults that must have come before it ends, however long that takes. */
  faults: number;
  /** Users who walk at once. */
  users: number;
}

/** Another run's, to see the same requests again: what meets what is a matter of timing all the same. */
const SEED_VARIABLE = 'CACHE_TRUTH_SEED';

/**
 * Users read and write at random through two instances while Redis, the connection to it and an instance fail,
 * and each answer is compared with an uncached one.
 * @throws Error with the seed, the last steps and the last faults when one differs
 */
export const runCacheTruth = async ({ steps, seconds, faults: kinds, users }: Effort): Promise<Tally> => {
  const seed = Number(process.env[SEED_VARIABLE] ?? randomInt(2 ** 31));
  const tally = new Tally();
  const instances = await Instances.start();
  const faults = new Faults(instances, new Random(seed), tally);
  let failure: Error | undefined;
  const end = performance.now() + seconds * 1000;
  const isEnough = (): boolean =>
    (tally.steps >= steps || performance.now() > end) && Object.keys(tally.faults).length >= kinds;
  const done = (): boolean => failure !== undefined || isEnough();
  const walks = Array.from({ length: users }, (_, index) => {
    const walk = new Walk(`user ${index}`, instances, new Random(seed + index + 1), tally);
    return walk.go(done);
  });
  const all = [...walks, faults.go(done)].map((each) =>
    each.catch((error: unknown) => {
      failure ??= error as Error;
    }),
  );
  try {
    await Promise.all(all);
  } finally {
    await instances.stop();
  }
  if (failure === undefined) return tally;
  const where = `${SEED_VARIABLE}=${seed}, ${tally.steps} steps; faults:\n  ${faults.told.slice(-8).join('\n  ')}`;
  throw new Error(`${where}\n${failure instanceof Untrue ? failure.message : String(failure.stack)}`);
};
