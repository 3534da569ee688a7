import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What of a real job posting the dataset draws from. */
export interface Posting {
  title: string;
  company: string;
  location: string;
  url: string;
  source: string;
  tags: string[];
}

/** The real postings that come with the project. */
export const POSTINGS_FILE = join(__dirname, '../../sample-data/new-grad-postings.ndjson');

/**
 * Reads postings in the import format, one JSON object a line, gzipped if the file's name ends in `.gz`.
 * @throws Error when there is no such file, or nothing in it
 */
export const readPostings = (file = POSTINGS_FILE): Posting[] => {
  const path = existsSync(file) ? file : `${file}.gz`;
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const postings = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Posting);
  if (postings.length === 0) throw new Error(`No postings in ${path}`);
  return postings;
};
