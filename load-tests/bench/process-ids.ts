import { readdirSync } from 'node:fs';

/** Ids of all processes that can be seen. @throws Error where there is no `/proc` */
export const processIds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
