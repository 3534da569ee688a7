import { containerLimits } from './container-limits';

/** Bytes of memory that the process may use: the container's limit where there is one, else the machine's. */
export const availableMemory = (): number => containerLimits().memory;
