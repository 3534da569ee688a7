import fc from 'fast-check';
import { type MetricValues } from '../../../src/platform/metrics';
import { GatheredMetrics } from '../../../src/start/processes/gathered-metrics';
import { parseMetrics } from '../../support/metrics/scrape';

/** Milliseconds that are waited for who does not answer. */
const PATIENCE = 20;

/** What a process has counted, as its registry gives it. */
const valuesOf = (counted: number): MetricValues[] => [
  {
    ...{ name: 'requests_total', help: 'R.', type: 'counter', aggregator: 'sum' },
    values: [{ labels: { route: '/a' }, value: counted }],
  },
  {
    ...{ name: 'times', help: 'T.', type: 'histogram', aggregator: 'sum' },
    values: [
      { metricName: 'times_bucket', labels: { le: '+Inf' }, value: counted },
      { metricName: 'times_sum', labels: {}, value: counted },
      { metricName: 'times_count', labels: {}, value: counted },
    ],
  },
  {
    ...{ name: 'open', help: 'O.', type: 'gauge', aggregator: 'sum' },
    values: [{ labels: {}, value: 1 }],
  },
];

/** Processes that count. */
class Processes {
  readonly counted = new Map<number, number>();
  readonly silent = new Set<number>();
  readonly gathered = new GatheredMetrics(
    () => [...this.counted.keys()].map((id) => ({ id, ask: (reportId) => this.answer(id, reportId) })),
    () => [],
    PATIENCE,
  );

  private answer(id: number, reportId: number): void {
    if (this.silent.has(id)) return;
    setImmediate(() => this.gathered.reported(id, reportId, valuesOf(this.counted.get(id) ?? 0)));
  }

  count(id: number, requests = 1): void {
    this.counted.set(id, (this.counted.get(id) ?? 0) + requests);
  }

  end(id: number): void {
    this.counted.delete(id);
    this.gathered.end(id);
  }

  async sum(name: string): Promise<number> {
    return parseMetrics(await this.gathered.text()).sum(name);
  }
}

describe('The metrics of several processes', () => {
  it('are their sums', async () => {
    const processes = new Processes();
    processes.count(1, 3);
    processes.count(2, 4);
    const { sum } = parseMetrics(await processes.gathered.text());
    expect([sum('requests_total'), sum('times_count'), sum('times_bucket'), sum('open')]).toEqual([
      7, 7, 7, 2,
    ]);
  });

  it('of one that is silent are those of the last time', async () => {
    const processes = new Processes();
    processes.count(1, 3);
    processes.count(2, 4);
    await processes.sum('requests_total');
    processes.silent.add(2);
    processes.count(1);
    processes.count(2);
    expect(await processes.sum('requests_total')).toBe(8);
  });

  it('keep what one that ended had counted, and nothing else of it', async () => {
    const processes = new Processes();
    processes.count(1, 3);
    processes.count(2, 4);
    await processes.sum('requests_total');
    processes.end(2);
    processes.count(3, 1);
    const { sum } = parseMetrics(await processes.gathered.text());
    expect([sum('requests_total'), sum('times_count'), sum('open')]).toEqual([8, 8, 2]);
  });

  it('are gathered once for those who ask at the same time', async () => {
    const processes = new Processes();
    processes.count(1);
    const both = [processes.gathered.text(), processes.gathered.text()];
    expect(both[0]).toBe(both[1]);
    await Promise.all(both);
  });

  it('never fall, whichever processes end, begin, and are silent meanwhile', async () => {
    const step = fc.record({
      kind: fc.constantFrom('count', 'end', 'silent', 'speak', 'ask'),
      id: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const processes = new Processes();
        let last = 0;
        for (const { kind, id } of steps) {
          if (kind === 'count') processes.count(id);
          else if (kind === 'end') processes.end(id);
          else if (kind === 'silent') processes.silent.add(id);
          else if (kind === 'speak') processes.silent.delete(id);
          else {
            const now = await processes.sum('requests_total');
            expect(now).toBeGreaterThanOrEqual(last);
            last = now;
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
