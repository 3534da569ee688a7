import { Readable } from 'node:stream';
import { type Bench, type Scenario } from '../bench';
import { residentBytes } from '../cpu-time';
import { callStreaming } from '../streaming-call';
import { readPostings } from '../../dataset/postings';
import { createWriters } from '../writers';

const MEBIBYTE = 1024 * 1024;

/** Import and export over HTTP, in jobs a second, and what memory they take. */
export const transfer: Scenario = async (bench) => {
  const imported = await importJobs(bench);
  const exported = await exportJobs(bench);
  return {
    title: 'Import and export',
    outcomes: [],
    notes: [imported.note, exported.note],
    targets: [
      { what: 'import', measured: imported.perSecond, wanted: 5000, unit: ' jobs/s' },
      { what: 'export', measured: exported.perSecond, wanted: 20_000, unit: ' rows/s' },
    ],
  };
};

interface Rate {
  perSecond: number;
  note: string;
}

const importJobs = async ({ program, database, options }: Bench): Promise<Rate> => {
  const [writer] = await createWriters(database.client, 1);
  const memory = watchMemory(program.pid);
  const started = performance.now();
  const answer = await callStreaming(
    program.port,
    'POST',
    '/api/jobs/import',
    {
      ...program.headers(writer!),
      'content-type': 'application/x-ndjson',
    },
    Readable.from(importLines(options.importJobs, options.postings)),
  );
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
  const seconds = (performance.now() - started) / 1000;
  const grown = memory.stop();
  const { created } = JSON.parse(text) as { created?: number };
  if (created !== options.importJobs)
    throw new Error(`The import answered ${answer.statusCode ?? 0}: ${text}`);
  return {
    perSecond: created / seconds,
    note: `import of ${created} jobs with 3 events each: ${seconds.toFixed(1)} s, memory of the program +${grown} MiB`,
  };
};

const exportJobs = async ({ program, database }: Bench): Promise<Rate> => {
  const memory = watchMemory(program.pid);
  const started = performance.now();
  const headers = program.headers(database.owners.big);
  const answer = await callStreaming(
    program.port,
    'GET',
    '/api/jobs/export?format=ndjson&archived=all',
    headers,
  );
  let rows = 0;
  for await (const chunk of answer) for (const byte of chunk as Buffer) if (byte === 10) rows += 1;
  const seconds = (performance.now() - started) / 1000;
  const grown = memory.stop();
  if (answer.statusCode !== 200 || !answer.complete)
    throw new Error(`The export answered ${answer.statusCode ?? 0}`);
  return {
    perSecond: rows / seconds,
    note: `export of ${rows} jobs: ${seconds.toFixed(1)} s, memory of the program +${grown} MiB`,
  };
};

/** Lines of an import made of real postings, some 64 KB at a time. */
function* importLines(jobs: number, file: string | undefined): Generator<string> {
  const postings = readPostings(file);
  let pending = '';
  for (let number = 0; number < jobs; number += 1) {
    const { title, company, location, url, source, tags } = postings[number % postings.length]!;
    const at = (day: number): string =>
      new Date(Date.UTC(2024, 0, 1 + day, 0, 0, number % 86_400)).toISOString();
    pending += `${JSON.stringify({
      externalRef: `import-${number}`,
      workflow: 'posting',
      ...{ title, company, location, url, source, tags },
      statusEvents: [
        { status: 'draft', occurredAt: at(0) },
        { status: 'open', occurredAt: at(3), note: 'Published' },
        { status: 'expired', occurredAt: at(40) },
      ],
    })}\n`;
    if (pending.length < 65_536) continue;
    yield pending;
    pending = '';
  }
  yield pending;
}

/** Watches the resident memory of a process; `stop` gives the growth of its peak in MiB. */
const watchMemory = (pid: number): { stop: () => number } => {
  const before = residentBytes(pid);
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, residentBytes(pid))), 50);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.round((Math.max(peak, residentBytes(pid)) - before) / MEBIBYTE);
    },
  };
};
