import { Registry, type Metric } from 'prom-client';
import { Histogram } from '../../../../src/platform/metrics/histogram';
import { parseMetrics, type Scrape } from '../../../support/metrics/scrape';

const BOUNDS = [0.1, 1, 10];

const shown = async (histogram: Histogram): Promise<Scrape> => {
  const registry = new Registry();
  registry.registerMetric(histogram as unknown as Metric);
  return parseMetrics(await registry.metrics());
};

describe('A histogram', () => {
  it('counts a value in the first bucket that reaches up to it, and tells the buckets one on the other', async () => {
    const histogram = new Histogram({ name: 'times', help: 'Times.' }, BOUNDS);
    const series = histogram.series({ route: '/a' });
    for (const value of [0, 0.1, 0.100001, 1, 9.5, 11, 1e9]) series.observe(value);
    const { series: all, sum } = await shown(histogram);
    expect(
      all.filter(({ name }) => name === 'times_bucket').map(({ labels, value }) => [labels.le, value]),
    ).toEqual([
      ['0.1', 2],
      ['1', 4],
      ['10', 5],
      ['+Inf', 7],
    ]);
    expect(sum('times_count')).toBe(7);
    expect(sum('times_sum')).toBeCloseTo(1e9 + 21.700001, 3);
  });

  it('keeps series apart by their labels, and gives the same one for the same labels in any order', async () => {
    const histogram = new Histogram({ name: 'times', help: 'Times.' }, BOUNDS);
    histogram.series({ a: '1', b: '2' }).observe(1);
    histogram.series({ b: '2', a: '1' }).observe(1);
    histogram.series({ a: '1', b: '3' }).observe(1);
    const { sum } = await shown(histogram);
    expect(sum('times_count', { a: '1', b: '2' })).toBe(2);
    expect(sum('times_count', { a: '1', b: '3' })).toBe(1);
  });

  it('does not show a series that has counted nothing', async () => {
    const histogram = new Histogram({ name: 'times', help: 'Times.' }, BOUNDS);
    histogram.series({ a: '1' });
    expect((await shown(histogram)).series).toEqual([]);
  });
});
