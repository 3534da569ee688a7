import { readFileSync } from 'node:fs';
import { type SizeFigures } from './figures';

/**
 * Reads the `figures.json` of an earlier run.
 * @throws Error for a file that is none
 */
export const readFigures = (file: string): SizeFigures[] => {
  // JSON has no NaN; what was not known was written as null.
  const read: unknown = JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) => value ?? Number.NaN);
  const isSize = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && 'jobs' in one && 'measured' in one && 'baselines' in one;
  if (!Array.isArray(read) || read.length === 0 || !read.every(isSize))
    throw new Error(`${file} holds no figures of growth`);
  return read as SizeFigures[];
};
