import { inside } from '../../../load-tests/run/small/inside';

const processors = { product: [1], load: [0] };

const failing = (message: string) => (): never => {
  throw new Error(message);
};

describe('going into a small machine and out again', () => {
  it('starts something in the group and on its processors, and comes out to those of the load', async () => {
    const order: unknown[] = [];
    const group = { enter: () => order.push('enter'), leave: () => order.push('leave') };
    const start = (): Promise<number> => Promise.resolve(order.push('start'));
    const given = await inside(group as never, processors, start, (which) => order.push(which));
    expect([given, order]).toEqual([3, ['enter', [1], 'start', 'leave', [0]]]);
  });

  it('comes out also where it came in only by half', async () => {
    const [leave, start, choose] = [jest.fn(), jest.fn(), jest.fn()];
    const group = { enter: failing('the second folder'), leave };
    await expect(inside(group, processors, start, choose)).rejects.toThrow('the second folder');
    expect(start).not.toHaveBeenCalled();
    expect(leave).toHaveBeenCalledTimes(1);
    expect(choose.mock.calls).toEqual([[[0]]]);
  });

  it('goes back to its own processors where it cannot come out, and tells what failed first', async () => {
    const choose = jest.fn();
    const group = { enter: jest.fn(), leave: failing('no way out') };
    const start = (): Promise<never> => Promise.reject(new Error('did not start'));
    await expect(inside(group, processors, start, choose)).rejects.toMatchObject({
      message: 'did not start',
      errors: [{ message: 'did not start' }, { message: 'no way out' }],
    });
    expect(choose.mock.calls).toEqual([[[1]], [[0]]]);
  });
});
