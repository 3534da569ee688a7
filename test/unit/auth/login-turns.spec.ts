import fc from 'fast-check';
import { LoginTurns } from '../../../src/auth/login-turns';

/** Lets all that can run without waiting run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work that ends when it is told to, and how much of it runs. */
class Works {
  running = 0;
  readonly begun: number[] = [];
  private readonly endings = new Map<number, (failed: boolean) => void>();

  readonly work = (number: number) => async (): Promise<number> => {
    this.begun.push(number);
    this.running += 1;
    const failed = await new Promise<boolean>((resolve) => this.endings.set(number, resolve));
    this.running -= 1;
    if (failed) throw new Error(`work ${number}`);
    return number;
  };

  end(number: number, failed: boolean): void {
    this.endings.get(number)?.(failed);
  }
}

describe('Logins of a process', () => {
  it('run four at a time, in the order in which they came, whatever becomes of each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (failures) => {
        const turns = new LoginTurns();
        const works = new Works();
        const outcomes = failures.map((_failed, number) =>
          turns.run(works.work(number)).catch((error: unknown) => (error as Error).message),
        );
        for (const [number, failed] of failures.entries()) {
          await settled();
          expect(works.running).toBe(Math.min(4, failures.length - number));
          works.end(number, failed);
        }
        expect(works.begun).toEqual([...failures.keys()]);
        expect(await Promise.all(outcomes)).toEqual(
          failures.map((failed, number) => (failed ? `work ${number}` : number)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('do not wait for those that hang longer than a second, and wait again when these are through', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const turns = new LoginTurns();
      const works = new Works();
      const outcomes = [0, 1, 2, 3, 4].map((number) => turns.run(works.work(number)));
      jest.advanceTimersByTime(999);
      await settled();
      expect(works.running).toBe(4);
      jest.advanceTimersByTime(1);
      await settled();
      expect(works.running).toBe(5);

      // Who went ahead gives no turn back that it did not have.
      works.end(4, false);
      const next = turns.run(works.work(5));
      await settled();
      expect(works.begun).not.toContain(5);
      for (const number of [0, 1, 2, 3]) works.end(number, false);
      await settled();
      works.end(5, false);
      expect(await Promise.all([...outcomes, next])).toEqual([0, 1, 2, 3, 4, 5]);
    } finally {
      jest.useRealTimers();
    }
  });
});
