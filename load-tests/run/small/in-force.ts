import { type Verdict } from '../../report/run-record';
import { type Sample } from '../../report/sample';
import { type MachineSize, type Processors } from './machine-size';
import { type ProcessStatus } from './processes';

const MEGABYTE = 1024 * 1024;

/** What was found of a small machine while it was at work. */
export interface Found {
  size: MachineSize;
  processors: Processors;
  /** The program, Postgres and all their children. */
  product: readonly ProcessStatus[];
  /** Ids in its control group; nothing where there is none. */
  members: readonly number[] | undefined;
  /** What the kernel says of its group. */
  figures: { memoryLimit: number; processors: readonly number[]; kills: number } | undefined;
}

const verdict = (what: string, held: boolean, measured: number): Verdict => ({
  what,
  held,
  binding: true,
  measured,
});

/**
 * Whether the limits were in force, not only asked for: by what the kernel says of the group and of each process, and by
 * what the program found out itself.
 */
export const inForce = (found: Found, samples: readonly Sample[]): Verdict[] => {
  const { size, processors, product, members, figures } = found;
  const own = processors.product.join();
  const elsewhere = product.filter((one) => one.processors.join() !== own);
  const last = samples.at(-1);
  return [
    verdict(
      `processes of the product that may run elsewhere than on processor ${own} == 0`,
      product.length > 1 && elsewhere.length === 0,
      elsewhere.length,
    ),
    verdict(
      `cores that the program sees == ${size.cores}`,
      last?.cpuLimit === size.cores,
      last?.cpuLimit ?? 0,
    ),
    ...(members === undefined || figures === undefined
      ? [sampledMemory(size, samples)]
      : inGroup(found, members, figures, (last?.memoryLimit ?? 0) / MEGABYTE)),
  ];
};

/** Where no kernel holds the memory: what was sampled, of Postgres what was known last. Not held where it never was. */
const sampledMemory = ({ megabytes }: MachineSize, samples: readonly Sample[]): Verdict => {
  let postgres: number | undefined;
  let most = Number.NaN;
  for (const sample of samples) {
    postgres = sample.postgres ?? postgres;
    if (postgres !== undefined) most = Math.max(sample.rss + postgres, Number.isNaN(most) ? 0 : most);
  }
  const measured = most / MEGABYTE;
  return verdict(
    `memory of the program and Postgres in MiB <= ${megabytes}`,
    measured <= megabytes,
    measured,
  );
};

const inGroup = (
  { size, processors, product }: Found,
  members: readonly number[],
  figures: NonNullable<Found['figures']>,
  seen: number,
): Verdict[] => {
  const outside = product.filter(({ pid }) => !members.includes(pid)).length;
  const limit = figures.memoryLimit / MEGABYTE;
  return [
    verdict('processes of the product outside its control group == 0', outside === 0, outside),
    verdict(
      `memory of the group in MiB, by the kernel == ${size.megabytes}`,
      limit === size.megabytes && figures.processors.join() === processors.product.join(),
      limit,
    ),
    verdict(`memory that the program sees in MiB == ${size.megabytes}`, seen === size.megabytes, seen),
    verdict('processes that the kernel ended for want of memory == 0', figures.kills === 0, figures.kills),
  ];
};
