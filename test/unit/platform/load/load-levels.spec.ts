import { LEVELS, LoadLevels, LOOKS_TO_FALL, LOOKS_TO_RISE } from '../../../../src/platform/load/load-levels';
import type { LoadSample, Signal } from '../../../../src/platform/load/load-sample';

const CALM: LoadSample = { line: 0, eventLoop: 0, heap: 0, memory: 0 };
const signals = Object.keys(CALM) as Signal[];

const times = (count: number, levels: LoadLevels, sample: LoadSample): string[] =>
  Array.from({ length: count }, () => levels.look(sample));

const withSignal = (signal: Signal, value: number): LoadSample => ({ ...CALM, [signal]: value });

describe('The level of load', () => {
  it.each(signals)('is busy once %s is over its threshold for some looks in a row', (signal) => {
    const levels = new LoadLevels();
    const over = withSignal(signal, LEVELS.busy[signal].from);
    expect(times(LOOKS_TO_RISE - 1, levels, over).at(-1)).toBe('normal');
    expect(levels.look(over)).toBe('busy');
  });

  it.each(signals)('is saturated only much higher by %s', (signal) => {
    const { from } = LEVELS.saturated[signal];
    const almost = new LoadLevels();
    expect(times(50, almost, withSignal(signal, from * 0.99)).at(-1)).toBe('busy');
    expect(times(LOOKS_TO_RISE, new LoadLevels(), withSignal(signal, from)).at(-1)).toBe('saturated');
  });

  it('is not raised by looks that are not in a row', () => {
    const levels = new LoadLevels();
    const over = withSignal('eventLoop', 10_000);
    for (let round = 0; round < 20; round++) {
      times(LOOKS_TO_RISE - 1, levels, over);
      expect(levels.look(CALM)).toBe('normal');
    }
  });

  it('stays while a signal is between the two thresholds', () => {
    const levels = new LoadLevels();
    const { from, until } = LEVELS.busy.line;
    times(LOOKS_TO_RISE, levels, withSignal('line', from));
    expect(times(100, levels, withSignal('line', (from + until) / 2)).at(-1)).toBe('busy');
    expect(times(100, new LoadLevels(), withSignal('line', (from + until) / 2)).at(-1)).toBe('normal');
  });

  it('falls after many looks in a row below', () => {
    const levels = new LoadLevels();
    times(LOOKS_TO_RISE, levels, withSignal('heap', 1));
    times(LOOKS_TO_FALL - 1, levels, CALM);
    expect(levels.look(withSignal('heap', 1))).toBe('saturated');
    expect(times(LOOKS_TO_FALL - 1, levels, CALM).at(-1)).toBe('saturated');
    expect(levels.look(CALM)).toBe('normal');
  });

  it('falls from saturated to busy first where the load is still busy', () => {
    const levels = new LoadLevels();
    times(LOOKS_TO_RISE, levels, withSignal('line', 1));
    expect(times(LOOKS_TO_FALL, levels, withSignal('line', LEVELS.busy.line.from)).at(-1)).toBe('busy');
  });
});
