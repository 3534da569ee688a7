import { type Point } from './artillery-report';
import { type Sample } from './sample';

const MEGABYTE = 1024 * 1024;

/** A value of each sample that has it; what the program could not tell (`NaN`) is `null` once it was kept as JSON. */
export const each = (samples: readonly Sample[], value: (sample: Sample) => number | null): Point[] =>
  samples.flatMap((sample) => {
    const told = value(sample);
    return told === null || !Number.isFinite(told) ? [] : [{ at: sample.at, value: told }];
  });

/** In mebibytes. */
export const megabytes = (samples: readonly Sample[], bytes: (sample: Sample) => number): Point[] =>
  each(samples, (sample) => bytes(sample) / MEGABYTE);

/** Each sample with the one before. */
const pairs = (samples: readonly Sample[]): [before: Sample, after: Sample][] =>
  samples.slice(1).map((after, index) => [samples[index]!, after]);

/** How much a counter grew a second, between each two samples. */
export const perSecond = (samples: readonly Sample[], counter: (sample: Sample) => number): Point[] =>
  pairs(samples).map(([before, after]) => ({
    at: after.at,
    value: ((counter(after) - counter(before)) * 1000) / (after.at - before.at),
  }));

/** Growth of one counter in percent of the growth of another; nothing where that did not grow. */
export const percentOf = (
  samples: readonly Sample[],
  part: (sample: Sample) => number,
  whole: (sample: Sample) => number,
): Point[] =>
  pairs(samples).flatMap(([before, after]) => {
    const grown = whole(after) - whole(before);
    return grown > 0 ? [{ at: after.at, value: ((part(after) - part(before)) / grown) * 100 }] : [];
  });

/** All requests answered. */
export const answered = ({ answers }: Sample): number =>
  Object.values(answers).reduce((total, count) => total + count, 0);

/**
 * A quantile of the durations of the requests between each two samples, in milliseconds, from the histogram as Prometheus's
 * `histogram_quantile` does: evenly spread within a bucket.
 */
export const durations = (samples: readonly Sample[], quantile: number): Point[] =>
  pairs(samples).flatMap(([before, after]) => {
    const seconds = bucketQuantile(
      after.buckets.map(({ le, count }) => ({
        le,
        count: count - (before.buckets.find((one) => one.le === le)?.count ?? 0),
      })),
      quantile,
    );
    return seconds === undefined ? [] : [{ at: after.at, value: seconds * 1000 }];
  });

/** @param buckets cumulative, by rising bound */
export const bucketQuantile = (buckets: Sample['buckets'], quantile: number): number | undefined => {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  const wanted = total * quantile;
  const index = buckets.findIndex(({ count }) => count >= wanted);
  const found = buckets[index]!;
  const below = buckets[index - 1] ?? { le: 0, count: 0 };
  if (found.le === Number.POSITIVE_INFINITY) return below.le;
  const inside = found.count - below.count;
  return below.le + (inside === 0 ? 0 : ((wanted - below.count) / inside) * (found.le - below.le));
};
