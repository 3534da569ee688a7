import { type Found } from './in-force';
import { type SmallMachine } from './small-machine';

const MEGABYTE = 1024 * 1024;

const counted = (names: readonly string[]): string =>
  [...new Set(names)]
    .sort()
    .map((name) => `${names.filter((one) => one === name).length} ${name}`)
    .join(', ');

/** What a small machine was, and what the kernel says was used of it: a line each, for the report. */
export const smallCircumstances = (
  machine: Pick<SmallMachine, 'means' | 'refusals' | 'figures'>,
  { size, processors, product }: Found,
): string[] => {
  const { means, refusals } = machine;
  const figures = machine.figures();
  const cores = size.cores === 1 ? '1 core' : `${size.cores} cores`;
  const shared = processors.load.join() === processors.product.join();
  const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(0)} MiB`;
  const memory =
    figures === undefined
      ? `memory not held, but V8's heap to ${Math.floor(size.megabytes / 2)} MiB`
      : `${size.megabytes} MiB of memory with the page cache`;
  return [
    `small machine by ${means}: ${cores} (processor ${processors.product.join()}), ${memory}; ` +
      (shared ? 'the load has no other processor' : `the load on processor ${processors.load.join()}`),
    ...(refusals.length === 0 ? [] : [`no control group: ${refusals.join('; ')}`]),
    `in it at the end: ${counted(product.map(({ name }) => name))}`,
    ...(figures === undefined
      ? []
      : [
          `used of it at the end: ${megabytes(figures.memory)}, at most ${megabytes(figures.memoryPeak)} (with page cache); ` +
            `${megabytes(figures.bound)} of that cannot be taken back; its limit was met ${figures.limitMet} times` +
            (figures.cpu === null ? '' : `; CPU ${(figures.cpu / 1000).toFixed(1)} s since it was made`),
        ]),
  ];
};
