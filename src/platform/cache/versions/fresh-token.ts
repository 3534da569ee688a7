import { randomBytes } from 'node:crypto';

const process = randomBytes(12).toString('base64url');
let count = 0;

/**
 * A token that nobody has had before: 96 random bits of this process and its count. Unlike a counter alone
 * it cannot come again, whatever a cache forgets or restores.
 */
export const freshToken = (): string => `${process}${(count++).toString(36)}`;
