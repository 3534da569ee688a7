import { timeAxis, type Axis } from './axis';
import { type RunRecord } from './run-record';

/** The time of a run, from the first to the last thing that was measured. */
export const runAxis = ({ artillery, samples }: RunRecord): Axis => {
  const moments = [
    ...samples.map(({ at }) => at),
    ...artillery.intermediate.flatMap(({ firstMetricAt, lastMetricAt }) => [
      ...(firstMetricAt === undefined ? [] : [firstMetricAt]),
      ...(lastMetricAt === undefined ? [] : [lastMetricAt]),
    ]),
  ];
  return moments.length === 0 ? timeAxis(0, 1) : timeAxis(Math.min(...moments), Math.max(...moments));
};
