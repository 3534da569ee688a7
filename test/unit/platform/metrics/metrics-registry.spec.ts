import { Logger } from '@nestjs/common';
import { MetricsRegistry, type Reading } from '../../../../src/platform/metrics/metrics-registry';
import { textOfAll } from '../../../../src/platform/metrics/aggregate';
import { parseMetrics, type Scrape } from '../../../support/metrics/scrape';

let registry: MetricsRegistry;
beforeEach(() => {
  registry = new MetricsRegistry();
  jest.spyOn(Logger.prototype, 'warn').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

const gauge = (name: string, read: () => Reading | Promise<Reading>): void =>
  registry.read({ name, help: `${name}.`, type: 'gauge', read });

const scrape = async (): Promise<Scrape> => parseMetrics(await registry.text());

describe('The registry', () => {
  it('reads numbers when it is asked for them, anew each time', async () => {
    let value = 0;
    gauge('size', () => (value += 1));
    expect((await scrape()).sum('size')).toBe(1);
    expect((await scrape()).sum('size')).toBe(2);
  });

  it('leaves out what cannot be read, logs that once, and tells the rest', async () => {
    let fails = true;
    gauge('broken', () => (fails ? Promise.reject(new Error('no')) : 5));
    gauge('thrown', () => {
      throw new Error('no');
    });
    gauge('whole', () => 7);
    const { sum, series } = await scrape();
    await scrape();
    expect(sum('whole')).toBe(7);
    expect(series.filter(({ name }) => ['broken', 'thrown'].includes(name))).toEqual([]);
    expect(Logger.prototype.warn).toHaveBeenCalledTimes(2);
    fails = false;
    expect((await scrape()).sum('broken')).toBe(5);
  });

  it('takes no name twice', () => {
    gauge('size', () => 1);
    expect(() => gauge('size', () => 2)).toThrow(/size/);
  });

  it('escapes what labels hold', async () => {
    const text = 'a "quoted" \\ line\nand another{x="1"} 5';
    gauge('size', () => [{ labels: { text }, value: 1 }]);
    expect((await scrape()).series).toContainEqual({ name: 'size', labels: { text }, value: 1 });
  });

  it('watches Node itself from the first time on that somebody asks', async () => {
    const { sum } = await scrape();
    expect(sum('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(sum('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6);
  });

  it('gives numbers that those of other processes can be added to, each in its own way', async () => {
    const second = new MetricsRegistry();
    for (const [one, rows] of [
      [registry, 3],
      [second, 4],
    ] as const) {
      one.read({ name: 'requests_total', help: 'R.', type: 'counter', read: () => rows });
      one.read({ name: 'rows', help: 'R.', type: 'gauge', aggregator: 'max', read: () => rows });
      one.histogram({ name: 'times', help: 'T.' }, [1, 10]).series({ route: '/a' }).observe(rows);
    }
    const both = [await registry.values(), await second.values()];
    // As they come out of a message between processes.
    const { sum } = parseMetrics(await textOfAll(JSON.parse(JSON.stringify(both)) as object[][]));
    expect(sum('requests_total')).toBe(7);
    expect(sum('rows')).toBe(4);
    expect(sum('times_bucket', { route: '/a', le: '10' })).toBe(2);
    expect(sum('times_bucket', { route: '/a', le: '1' })).toBe(0);
    expect(sum('times_sum')).toBe(7);
  });
});
