import { Undoing } from '../undoing';
import { type ControlGroup } from './control-group';
import { type Processors } from './machine-size';
import { runOn } from './processes';

/**
 * Starts something while this process is in a group and on the processors of the product. It comes out again and goes
 * back to those of the load, also where it came in only by half, and where it cannot come out.
 * @param choose chooses the processors of this process
 * @throws the first error, with others beside it
 */
export const inside = <T>(
  group: Pick<ControlGroup, 'enter' | 'leave'> | undefined,
  processors: Processors,
  start: () => Promise<T>,
  choose = runOn,
): Promise<T> => {
  const undoing = new Undoing();
  undoing.add(() => choose(processors.load));
  undoing.add(() => group?.leave());
  return undoing.after(() => {
    group?.enter();
    choose(processors.product);
    return start();
  });
};
