import { totalmem } from 'node:os';

/** Bytes of memory that the process may use: the container's limit where there is one, else the machine's. */
export const availableMemory = (): number => {
  // 0 or a huge number where nothing constrains the process.
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
};
