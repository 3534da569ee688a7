import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Progress } from './progress';

/** A file of sample data; its README names the sources. */
export interface Sample {
  title: string;
  file: string;
}

/** What the demo loads. */
export const SAMPLES: readonly Sample[] = [
  { title: 'Job postings of 2023-2024', file: 'new-grad-postings.ndjson' },
  { title: 'Batch jobs of 1993', file: 'nasa-ipsc-1993.ndjson.gz' },
];

/** What the import says it did. */
export interface LoadReport {
  created: number;
  skipped: number;
  failed: number;
}

const FOLDER = join(__dirname, '../../sample-data');

/**
 * Sends a sample to the import of a running server, passing over what is there.
 * @param progress told how much of the file has been sent
 * @param stop breaks it off; what was imported so far stays
 */
export const loadSample = async (
  url: string,
  token: string,
  { file }: Sample,
  progress: Progress,
  stop: AbortSignal,
): Promise<LoadReport> => {
  const path = join(FOLDER, file);
  const { size } = statSync(path);
  let sent = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      progress(sent / size);
      done(null, chunk);
    },
  });
  const raw = createReadStream(path, { highWaterMark: 16 * 1024 }).pipe(counted);
  const body = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  const answer = await fetch(`${url}/api/jobs/import?onConflict=skip`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: Readable.toWeb(body),
    duplex: 'half',
    signal: stop,
  });
  if (!answer.ok) throw new Error(`The import of ${file} failed: ${await answer.text()}`);
  return (await answer.json()) as LoadReport;
};
