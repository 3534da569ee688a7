import { type ArtilleryReport } from '../report/artillery-report';
import { type Verdict } from '../report/run-record';
import { type Sample } from '../report/sample';
import { outcomeOf, trendOf } from './memory-trend';
import { type ProductThresholds } from './scenario';

const MEGABYTE = 1024 * 1024;

/** What is to stay as it is. */
const GROWING = {
  rssGrowthMegabytesPerHour: ({ rss }: Sample) => rss,
  heapGrowthMegabytesPerHour: ({ heap }: Sample) => heap,
};

type Growing = keyof typeof GROWING;

/** How each figure of the program is had from the samples of a run. */
const FIGURES: Record<Exclude<keyof ProductThresholds, Growing>, (samples: readonly Sample[]) => number> = {
  /** Most that was resident, in mebibytes. */
  rssMegabytes: (samples) => most(samples, ({ rss }) => rss) / MEGABYTE,
  /** CPU time from the first sample to the last, in percent of what the program may use. */
  cpuPercent: (samples) => (grown(samples, ({ cpu }) => cpu) / elapsed(samples) / limitOf(samples)) * 100,
  memoryPercent: (samples) => most(samples, ({ rss, memoryLimit }) => rss / memoryLimit) * 100,
  /** Most that were in use at the moment of a sample. */
  connectionsPercent: (samples) => most(samples, ({ pool }) => pool.used / pool.max) * 100,
  cacheHitPercent: (samples) =>
    (grown(samples, ({ cacheHits }) => cacheHits) / grown(samples, ({ cacheLookups }) => cacheLookups)) * 100,
};

const most = (samples: readonly Sample[], value: (sample: Sample) => number): number =>
  Math.max(...samples.map(value));
const grown = (samples: readonly Sample[], counter: (sample: Sample) => number): number =>
  counter(samples.at(-1)!) - counter(samples[0]!);
const elapsed = (samples: readonly Sample[]): number => samples.at(-1)!.at - samples[0]!.at;
const limitOf = (samples: readonly Sample[]): number => samples[0]!.cpuLimit;

/** Whether the program's own figures kept to their bounds. @throws Error without samples: then nothing is known */
export const productVerdicts = (
  thresholds: ProductThresholds,
  samples: readonly Sample[],
  binding: boolean,
): Verdict[] => {
  if (samples.length < 2) throw new Error('The program told too little of itself: too few samples');
  return Object.entries(thresholds).map(([name, bound]) => {
    if (isGrowing(name)) return growthVerdict(name, bound, samples, binding);
    const figure = FIGURES[name as keyof typeof FIGURES];
    const measured = figure(samples);
    const atLeast = name === 'cacheHitPercent';
    return {
      what: `${name} ${atLeast ? '>' : '<'} ${bound}`,
      held: atLeast ? measured > bound : measured < bound,
      binding,
      measured,
    };
  });
};

const isGrowing = (name: string): name is Growing => name in GROWING;

/** Held only by what surely grows more slowly than the bound: not by a run that is too short, or too noisy, to know. */
const growthVerdict = (
  name: Growing,
  bound: number,
  samples: readonly Sample[],
  binding: boolean,
): Verdict => {
  const trend = trendOf(
    samples.map((sample) => ({ at: sample.at, value: GROWING[name](sample) / MEGABYTE })),
  );
  if (trend === undefined) return { what: `${name} < ${bound} (too short to know)`, held: false, binding };
  const outcome = outcomeOf(trend, bound);
  const interval = `${trend.least.toFixed(1)} to ${trend.most.toFixed(1)} at 95 %`;
  const wayOut = outcome === 'too noisy' ? '; too noisy to know, a longer soak tells: --times 3' : '';
  return {
    what: `${name} < ${bound} (${interval}${wayOut})`,
    held: outcome === 'held',
    binding,
    measured: trend.perHour,
  };
};

const BOUND = /^(.+)\.(p50|p95|p99|mean|max) <=? [\d.]+$/;
const COUNTED = /^([\w.-]+) (?:<|<=|==) [\d.]+$/;

/** What Artillery checked, with what it had measured. */
export const withMeasured = ({ aggregate }: ArtilleryReport, verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.map((verdict) => {
    const [, metric = '', figure] = BOUND.exec(verdict.what) ?? [];
    const summary: object | undefined = aggregate.summaries[metric];
    const entry = Object.entries(summary ?? {}).find(([name]) => name === figure)?.[1] as unknown;
    const measured =
      typeof entry === 'number' ? entry : aggregate.counters[COUNTED.exec(verdict.what)?.[1] ?? ''];
    const what = verdict.what.replace('plugins.metrics-by-endpoint.response_time.', '');
    return { ...verdict, what, ...(measured !== undefined && { measured }) };
  });
