import { Undoing } from '../../../load-tests/run/undoing';

const failing = (message: string) => (): Promise<never> => Promise.reject(new Error(message));

describe('undoing', () => {
  it('comes after what is done, the last first, and gives what that gave', async () => {
    const order: string[] = [];
    const undoing = new Undoing();
    undoing.add(() => order.push('first'));
    const given = await undoing.after(async () => {
      undoing.add(async () => {
        await Promise.resolve();
        order.push('second');
      });
      order.push('done');
      return Promise.resolve(7);
    });
    expect([given, order]).toEqual([7, ['done', 'second', 'first']]);
  });

  it('keeps the error of what was done, with those of the steps beside it, and leaves no step out', async () => {
    const undoing = new Undoing();
    let undone = false;
    undoing.add(() => (undone = true));
    undoing.add(failing('a step'));
    const error: unknown = await undoing.after(failing('the run')).catch((thrown: unknown) => thrown);
    expect(undone).toBe(true);
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({
      message: 'the run',
      cause: { message: 'the run' },
      errors: [{ message: 'the run' }, { message: 'a step' }],
    });
  });

  it('throws a single error as it is, be it of what was done or of a step', async () => {
    const error = new Error('only one');
    await expect(new Undoing().after(() => Promise.reject(error))).rejects.toBe(error);
    const undoing = new Undoing();
    undoing.add(() => {
      throw error;
    });
    await expect(undoing.after(() => Promise.resolve())).rejects.toBe(error);
  });
});
