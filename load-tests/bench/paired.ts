import { readdirSync, readFileSync } from 'node:fs';
import { type Contestant } from './contest';
import { CLIENTS, runLoad } from './load';

/** Seconds of CPU that all threads of a process have used, to the nanosecond; from Linux. */
const threadSeconds = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [nanoseconds = 0] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
      .split(' ')
      .map(Number);
    return sum + nanoseconds / 1e9;
  }, 0);

/** What two contestants took, in microseconds of CPU a request, over pairs of short rounds. */
export interface Pairs {
  first: number;
  second: number;
  /** Median of the ratios of the pairs, first to second, and the quartiles around it. */
  ratio: number;
  quartiles: [number, number];
}

const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;

/**
 * Lets two contestants take turns in many short rounds, and compares what their processes take for a request within
 * each pair of rounds: what else the machine does changes slower than that, so that it meets both alike.
 */
export const runPairs = async (
  [first, second]: readonly [Contestant, Contestant],
  { pairs, seconds }: { pairs: number; seconds: number },
): Promise<Pairs> => {
  const measure = async ({ pid = 0, prepare, open }: Contestant): Promise<number> => {
    await prepare?.();
    const clients = await Promise.all(Array.from({ length: CLIENTS }, open));
    const before = threadSeconds(pid);
    const { requests } = await runLoad(clients, seconds);
    const used = threadSeconds(pid) - before;
    await Promise.all(clients.map((client) => client.close()));
    return (1e6 * used) / requests;
  };
  for (const contestant of [first, second, first, second]) await measure(contestant);
  const costs: [number, number][] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const one = await measure(first);
      costs.push([one, await measure(second)]);
    } else {
      const two = await measure(second);
      costs.push([await measure(first), two]);
    }
  }
  const ratios = costs.map(([one, two]) => one / two);
  return {
    first: quantile(
      costs.map(([one]) => one),
      0.5,
    ),
    second: quantile(
      costs.map(([, two]) => two),
      0.5,
    ),
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
};
