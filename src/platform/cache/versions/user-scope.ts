/** The scope of all that belongs to one user. */
export const userScope = (userId: string): string => `u:${userId}`;
