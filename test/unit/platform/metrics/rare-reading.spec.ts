import { RareReading } from '../../../../src/platform/metrics/rare-reading';

const HOUR = 3_600_000;

describe('Figures that are read rarely', () => {
  it('are read once for all who ask at the same time, and not again for a while', async () => {
    let reads = 0;
    const reading = new RareReading(() => Promise.resolve((reads += 1)), HOUR);
    expect(await Promise.all([reading.figures(), reading.figures()])).toEqual([1, 1]);
    expect(await reading.figures()).toBe(1);
  });

  it('are read again after that', async () => {
    let reads = 0;
    const reading = new RareReading(() => Promise.resolve((reads += 1)), 0);
    expect(await reading.figures()).toBe(1);
    expect(await reading.figures()).toBe(2);
  });

  it('are read after whatever is read at the same time, so that what their reading takes is not among it', async () => {
    let begun = false;
    const reading = new RareReading(() => Promise.resolve((begun = true)), HOUR);
    const figures = reading.figures();
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
    expect(begun).toBe(false);
    expect(await figures).toBe(true);
  });

  it('are absent where they cannot be read, and are not asked for again at once', async () => {
    let reads = 0;
    const reading = new RareReading<number>(() => {
      reads += 1;
      return Promise.reject(new Error('away'));
    }, HOUR);
    expect(await reading.figures()).toBeUndefined();
    expect(await reading.figures()).toBeUndefined();
    expect(reads).toBe(1);
  });

  it('are waited for no longer than that, one reading at a time, and told when they have come', async () => {
    let reads = 0;
    let arrive: (value: number) => void = () => undefined;
    const reading = new RareReading(
      () => {
        reads += 1;
        return new Promise<number>((resolve) => {
          arrive = resolve;
        });
      },
      HOUR,
      20,
    );
    expect(await reading.figures()).toBeUndefined();
    expect(await reading.figures()).toBeUndefined();
    expect(reads).toBe(1);
    arrive(9);
    expect(await reading.figures()).toBe(9);
  });
});
