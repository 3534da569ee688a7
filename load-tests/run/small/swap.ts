import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the machine has memory on a disk: `/proc/swaps` has a line beside its title. @param root folder of `proc` */
export const hasSwap = (root: string): boolean => {
  try {
    return readFileSync(join(root, 'proc/swaps'), 'utf8').trim().split('\n').length > 1;
  } catch {
    // A kernel without swap has no such file.
    return false;
  }
};
