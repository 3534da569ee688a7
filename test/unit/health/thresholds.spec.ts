import { alertsOf, statusOf } from '../../../src/health/thresholds';

const THRESHOLDS = {
  memory: { warning: 80, critical: 90 },
  cpu: { warning: 70, critical: 90 },
  heap: { warning: 80, critical: 90 },
  connections: { warning: 70, critical: 90 },
};
const QUIET = { memory: 0, cpu: 0, heap: 0, connections: 0 };

/** Status and alerts, as metric and level, of a process that uses so many percent. */
const judged = (percents: Partial<typeof QUIET>) => {
  const alerts = alertsOf({ ...QUIET, ...percents }, THRESHOLDS);
  return [statusOf(alerts), ...alerts.map(({ metric, level }) => `${metric} ${level}`)];
};

describe('The status', () => {
  it.each([
    ['memory', 79.94, 80, 89.94, 90],
    ['cpu', 69.94, 70, 89.94, 90],
    ['heap', 79.94, 80, 89.94, 90],
    ['connections', 69.94, 70, 89.94, 90],
  ])('follows the thresholds of %s', (metric, healthy, warning, still, critical) => {
    expect(judged({ [metric]: healthy })).toEqual(['healthy']);
    expect(judged({ [metric]: warning })).toEqual(['warning', `${metric} warning`]);
    expect(judged({ [metric]: still })).toEqual(['warning', `${metric} warning`]);
    expect(judged({ [metric]: critical })).toEqual(['critical', `${metric} critical`]);
    expect(judged({ [metric]: 100 })).toEqual(['critical', `${metric} critical`]);
  });

  it('is the worst of all, each with its own alert', () => {
    expect(judged({ memory: 85, cpu: 95, connections: 75 })).toEqual([
      'critical',
      'memory warning',
      'cpu critical',
      'connections warning',
    ]);
  });

  it('comes with the value and the threshold that it reached', () => {
    expect(alertsOf({ ...QUIET, heap: 83.14 }, THRESHOLDS)).toEqual([
      {
        metric: 'heap',
        level: 'warning',
        value: 83.1,
        threshold: 80,
        message: '83.1 % of the heap is in use; warning from 80 % on.',
      },
    ]);
  });
});
