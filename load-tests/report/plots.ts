import { failures, responseTimes, type Point } from './artillery-report';
import { type Line, type Plot } from './plot';
import { answered, durations, each, megabytes, perSecond, percentOf } from './product-series';
import { type RunRecord } from './run-record';
import { type Sample } from './sample';

const line = (name: string, points: readonly Point[]): Line => ({ name, points });

/** A line that only some runs have. */
const told = (name: string, points: readonly Point[]): Line[] =>
  points.length === 0 ? [] : [line(name, points)];

const megabytesTold = (
  samples: readonly Sample[],
  bytes: (sample: Sample) => number | null | undefined,
): Point[] => megabytes(samples, (sample) => bytes(sample) ?? Number.NaN);

/** A small machine's memory; no plot where the product was not held to one. */
const groupMemory = (samples: readonly Sample[]): Plot[] => {
  const limit = samples.at(-1)?.group?.limit;
  if (limit === undefined) return [];
  return [
    {
      title: 'Memory of the small machine',
      unit: 'MiB; program, Postgres and the files that the kernel keeps for them',
      lines: [
        line(
          'all',
          megabytesTold(samples, ({ group }) => group?.memory),
        ),
        line(
          'without what could be taken back',
          megabytesTold(samples, ({ group }) => group?.bound),
        ),
      ],
      limit: limit / 1024 ** 2,
    },
  ];
};

const groupCpu = (samples: readonly Sample[]): Line[] => {
  const counted = samples.filter(({ group }) => typeof group?.cpu === 'number');
  const used = ({ group, cpuLimit }: Sample): number => (group?.cpu ?? 0) / cpuLimit / 10;
  return told('program and Postgres, of theirs', perSecond(counted, used));
};

/** The plots of a run: what clients saw, then what the program says of itself. */
export const plotsOf = ({ artillery, samples }: RunRecord): Plot[] => {
  const wrong = failures(artillery);
  const statusRate = (status: string): Point[] => perSecond(samples, ({ answers }) => answers[status] ?? 0);
  const poolSize = samples.at(-1)?.pool.max;
  return [
    {
      title: 'Response times that clients saw',
      unit: 'ms, per ten seconds',
      lines: [
        line('p50', responseTimes(artillery, 'p50')),
        line('p95', responseTimes(artillery, 'p95')),
        line('p99', responseTimes(artillery, 'p99')),
      ],
    },
    {
      title: 'Durations in the program',
      unit: 'ms, per second, from its histogram',
      lines: [
        line('p50', durations(samples, 0.5)),
        line('p95', durations(samples, 0.95)),
        line('p99', durations(samples, 0.99)),
      ],
    },
    { title: 'Rate', unit: 'answers a second', lines: [line('all', perSecond(samples, answered))] },
    {
      title: 'Errors that clients saw',
      unit: 'per ten seconds',
      lines: [
        line('4xx', wrong.refused),
        line('5xx', wrong.failed),
        line('errors', wrong.errors),
        line('users who failed', wrong.users),
      ],
    },
    {
      title: 'Errors that the program counted',
      unit: 'a second',
      lines: [
        line('4xx', statusRate('4xx')),
        line('5xx', statusRate('5xx')),
        line('client left', statusRate('aborted')),
        line(
          'refused as busy',
          perSecond(samples, ({ shed }) => shed),
        ),
      ],
    },
    {
      title: 'Event loop',
      unit: 'ms of delay; 10 ms is the resolution',
      lines: [
        line(
          'mean',
          each(samples, ({ loopMean }) => loopMean),
        ),
        line(
          'p99',
          each(samples, ({ loopP99 }) => loopP99),
        ),
      ],
    },
    {
      title: 'Connections to Postgres',
      unit: 'of the pool',
      lines: [
        line(
          'used',
          each(samples, ({ pool }) => pool.used),
        ),
        line(
          'idle',
          each(samples, ({ pool }) => pool.idle),
        ),
        line(
          'requests waiting',
          each(samples, ({ pool }) => pool.waiting),
        ),
      ],
      ...(poolSize !== undefined && { limit: poolSize }),
    },
    {
      title: 'Cache',
      unit: '% of lookups answered from it',
      lines: [
        line(
          'hits',
          percentOf(
            samples,
            ({ cacheHits }) => cacheHits,
            ({ cacheLookups }) => cacheLookups,
          ),
        ),
      ],
      limit: 100,
    },
    {
      title: 'Memory',
      unit: 'MiB',
      lines: [
        line(
          'resident',
          megabytes(samples, ({ rss }) => rss),
        ),
        line(
          'heap',
          megabytes(samples, ({ heap }) => heap),
        ),
        line(
          'cached answers',
          megabytes(samples, ({ cacheBytes }) => cacheBytes),
        ),
        ...told(
          'Postgres',
          megabytesTold(samples, ({ postgres }) => postgres),
        ),
      ],
    },
    ...groupMemory(samples),
    {
      title: 'Processors',
      unit: '% of all; the machine with everything on it',
      lines: [
        line(
          'program',
          perSecond(samples, ({ cpu, cpuLimit }) => cpu / cpuLimit / 10),
        ),
        ...groupCpu(samples),
        line(
          'machine',
          percentOf(
            samples,
            ({ machine }) => machine.busy,
            ({ machine }) => machine.all,
          ),
        ),
      ],
      limit: 100,
    },
  ];
};
