import { MemoryLevels } from '../../../src/monitors/memory-levels';

const levels = (percents: number[], thresholds = { high: 85, critical: 92 }): string[] => {
  const rule = new MemoryLevels(thresholds);
  return percents.map((percent) => rule.look(percent));
};
const times = (count: number, percent: number): number[] => Array.from({ length: count }, () => percent);

describe('The level of memory', () => {
  it('rises when it has been exceeded three times in a row', () => {
    expect(levels([90, 90, 80, 90, 90, 90]).at(-1)).toBe('high');
    expect(levels([90, 90, 80, 90, 90])).not.toContain('high');
    expect(levels([95, 95, 95])).toEqual(['normal', 'normal', 'critical']);
    expect(levels([90, 90, 90, 95, 95, 95]).slice(2)).toEqual(['high', 'high', 'high', 'critical']);
  });

  it('falls when it has been well below for a minute, to the level that fits', () => {
    expect(levels([...times(3, 95), ...times(59, 50)]).at(-1)).toBe('critical');
    expect(levels([...times(3, 95), ...times(60, 50)]).at(-1)).toBe('normal');
    expect(levels([...times(3, 95), ...times(60, 86)]).at(-1)).toBe('high');
    expect(levels([...times(3, 95), ...times(200, 88)]).at(-1)).toBe('critical');
    expect(levels([...times(3, 90), ...times(200, 81)]).at(-1)).toBe('high');
  });

  it('is never one that is switched off', () => {
    expect(levels(times(10, 99), { high: 85, critical: 0 }).at(-1)).toBe('high');
    expect(levels(times(10, 90), { high: 0, critical: 92 }).at(-1)).toBe('normal');
    expect(levels(times(10, 99), { high: 0, critical: 0 }).at(-1)).toBe('normal');
  });
});
