import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { type Bench } from '../bench';
import { type Twin, type Twins } from '../counted-twins';
import { cpuSecondsOfChildren } from '../cpu-time';
import { ROOT } from '../processes';
import { type Section } from '../report';
import { callStreaming } from '../streaming-call';
import { createWriters } from '../writers';

/** Jobs of a real log, three events each. */
const BATCH_LOG = join(ROOT, 'sample-data/nasa-ipsc-1993.ndjson.gz');

interface Sample {
  perSecond: number;
  /** CPU time of Postgres a job. Microseconds. */
  postgresCpu: number;
}

/** Imports the batch log, in turns with and without counters, each time as another owner's. */
export const importBatchLog = async (
  { rounds: { rounds, postgresPid }, options }: Bench,
  { counted, uncounted, folding }: Twins,
): Promise<Section> => {
  const lines = gunzipSync(readFileSync(BATCH_LOG))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(0, options.importJobs);
  const samples: Record<'on' | 'off', Sample[]> = { on: [], off: [] };
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const turn of round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
      await folding.finish();
      const before = cpuSecondsOfChildren(postgresPid);
      const perSecond = await importAs(turn === 'on' ? counted : uncounted, lines);
      // What is left to be folded belongs to the import; its time is the worker's.
      await folding.finish();
      const postgresCpu = ((cpuSecondsOfChildren(postgresPid) - before) * 1e6) / lines.length;
      if (round > 0) samples[turn].push({ perSecond, postgresCpu });
    }
  }
  const median = (turn: 'on' | 'off', read: (sample: Sample) => number): number => {
    const values = samples[turn].map(read).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? Number.NaN;
  };
  const told = (turn: 'on' | 'off'): string =>
    `${Math.round(median(turn, ({ perSecond }) => perSecond))} jobs/s, ` +
    `Postgres ${Math.round(median(turn, ({ postgresCpu }) => postgresCpu))} µs a job`;
  return {
    title: `Import of ${lines.length} jobs with three events each, with and without counters`,
    outcomes: [],
    notes: [`with counters: ${told('on')} (folding included)`, `without counters: ${told('off')}`],
    targets: [
      {
        what: 'with counters, to without counters',
        measured: median('on', ({ perSecond }) => perSecond) / median('off', ({ perSecond }) => perSecond),
        wanted: 0.85,
      },
    ],
  };
};

const importAs = async ({ program, client }: Twin, lines: readonly string[]): Promise<number> => {
  const [writer] = await createWriters(client, 1);
  const started = performance.now();
  const answer = await callStreaming(
    program.port,
    'POST',
    '/api/jobs/import',
    { ...program.headers(writer!), 'content-type': 'application/x-ndjson' },
    Readable.from([lines.join('\n')]),
  );
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
  const { created } = JSON.parse(text) as { created?: number };
  if (created !== lines.length) throw new Error(`The import answered ${answer.statusCode ?? 0}: ${text}`);
  return (created * 1000) / (performance.now() - started);
};
