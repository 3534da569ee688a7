/** Characters of a message that are kept. */
const LONGEST = 1000;

/** What is kept of an error with the work that failed: its message alone, since errors carry rows and parameters. */
export const reasonOf = (error: unknown): string => {
  const text =
    error instanceof Error ? `${error.name}: ${error.message}` : 'It threw something that is no error';
  return text.replaceAll('\u0000', '').slice(0, LONGEST);
};
