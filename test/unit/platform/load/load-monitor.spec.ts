import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../../../src/config';
import { LOOKS_TO_FALL, LOOKS_TO_RISE } from '../../../../src/platform/load/load-levels';
import { LoadMonitor } from '../../../../src/platform/load/load-monitor';
import type { LoadSample } from '../../../../src/platform/load/load-sample';
import type { LoadSampler } from '../../../../src/platform/load/load-sampler';

const CALM: LoadSample = { line: 0, eventLoop: 0, heap: 0, memory: 0 };
const FULL: LoadSample = { ...CALM, memory: 0.99 };

const lines: Record<string, unknown>[] = [];
const note = (line: Record<string, unknown>): void => {
  lines.push(line);
};
const silent = (): void => undefined;

beforeAll(() => {
  Logger.overrideLogger({ log: note, warn: note, error: silent });
});
afterAll(() => {
  Logger.overrideLogger(false);
});
beforeEach(() => (lines.length = 0));

const monitor = (): LoadMonitor => new LoadMonitor({ loadShedding: true } as AppConfig, {} as LoadSampler);

const take = (load: LoadMonitor, sample: LoadSample, times: number): void => {
  for (let each = 0; each < times; each++) load.take(sample);
};

describe('The monitor of load', () => {
  it('logs one line a change of level, which tells what it is for', () => {
    const load = monitor();
    take(load, FULL, 50);
    expect(load.level).toBe('saturated');
    take(load, CALM, 50);
    expect(load.level).toBe('normal');
    expect(lines).toEqual([
      { load: 'saturated', before: 'normal', because: ['memory'], sample: FULL },
      { load: 'normal', before: 'saturated', because: [], sample: CALM },
    ]);
  });

  it('counts how often each level was entered, and refusals by kind', () => {
    const load = monitor();
    for (let round = 0; round < 3; round++) {
      take(load, FULL, LOOKS_TO_RISE);
      take(load, CALM, LOOKS_TO_FALL);
    }
    load.refused('export');
    load.refused('export');
    load.refused('light');
    expect(load.counts.entered).toEqual({ normal: 3, busy: 0, saturated: 3 });
    expect(Object.fromEntries(load.counts.refused)).toEqual({ export: 2, light: 1 });
  });
});
