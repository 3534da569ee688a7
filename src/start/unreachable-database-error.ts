/** The configured database cannot be used; the message is meant for the person who starts the program. */
export class UnreachableDatabaseError extends Error {
  override readonly name = 'UnreachableDatabaseError';
}
