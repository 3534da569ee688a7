import { type Found } from './in-force';
import { familyOf } from './processes';
import { type SmallMachine } from './small-machine';

/**
 * What a small machine is like at this moment.
 * @param pids the program and the server of Postgres
 */
export const findOut = (machine: SmallMachine, pids: readonly number[]): Found => {
  // Sessions of Postgres come and go: who is in the group is asked last, so a new one is not missed there.
  const { size, processors } = machine;
  const product = familyOf(pids);
  const members = machine.members();
  const alive = product.filter(({ pid }) => familyOf([pid]).length > 0);
  return { size, processors, product: alive, members, figures: machine.figures() };
};
