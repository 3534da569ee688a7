/**
 * A number above 0 from the command line; nothing where it was not given.
 * @param whole whether it must be an integer
 * @throws Error that names the option
 */
export const positive = (name: string, text: string | undefined, whole = true): number | undefined => {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(number > 0) || !Number.isFinite(number) || (whole && !Number.isInteger(number)))
    throw new Error(`--${name} must be a ${whole ? 'whole ' : ''}number above 0`);
  return number;
};
