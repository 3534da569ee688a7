import { milliseconds, whole } from '../bench/report';
import { type Outcome, type Range } from '../bench/contest';
import { type Pair, type SizeFigures } from './figures';
import { measuredScenarios } from './growth-tables';
import { SUBJECT_TITLES, type SubjectName } from './subjects';
import { type Table } from './table';

/** Bytes of a relation at a size; `undefined` where there is no such relation. */
export const bytesOf = ({ relations }: SizeFigures, name: string): number | undefined =>
  relations.find((one) => one.name === name)?.bytes;

/** Says where the relations are not those of the load. */
const appendedNote = ({ jobs, appended = 0 }: SizeFigures): string[] =>
  appended === 0
    ? []
    : [`Those of ${whole(jobs)} jobs were measured with ${whole(appended)} events more than were loaded.`];

/** Every table and index at each size, the largest first. */
export const relationsTable = (sizes: readonly SizeFigures[]): Table => ({
  title: 'Tables and indexes, bytes and bytes a job',
  note: ['A table with what it keeps out of line, without its indexes.', ...sizes.flatMap(appendedNote)].join(
    ' ',
  ),
  heads: sizes.flatMap(({ jobs }) => [`${whole(jobs)} jobs`, 'a job']),
  rows: (sizes.at(-1)?.relations ?? []).map(({ name, table }) => [
    table === undefined ? name : `${name} (index of ${table})`,
    ...sizes.flatMap((size) => {
      const bytes = bytesOf(size, name);
      return bytes === undefined ? ['-', '-'] : [whole(bytes), (bytes / size.jobs).toFixed(1)];
    }),
  ]),
});

const rangeText = ([lowest, highest]: Range): string => `${whole(lowest)} to ${whole(highest)}`;

const cells = (
  name: string,
  { perSecond, p50, p95, p99, serverCpu, postgresCpu, spread }: Outcome,
): string[] => [
  name,
  whole(perSecond),
  ...[p50, p95, p99].map(milliseconds),
  serverCpu === undefined ? '' : whole(serverCpu),
  whole(postgresCpu),
  spread === undefined ? '' : rangeText(spread.cpu),
];

/** All figures of one size. */
export const sizeTable = (size: SizeFigures): Table => {
  const rowsOf = (name: string, { alone, crowd }: Pair): string[][] => [
    cells(`${name}, one at a time`, alone),
    ...(crowd === undefined ? [] : [cells(`${name}, 32 clients`, crowd)]),
  ];
  const listed = (Object.entries(size.listed) as [SubjectName, number][]).map(
    ([subject, jobs]) => `${SUBJECT_TITLES[subject]}: ${whole(jobs)}`,
  );
  return {
    title: `With ${whole(size.jobs)} jobs`,
    note: `${size.circumstances.replaceAll('\n', ' ')} Jobs in a list, without archived ones: ${listed.join('; ')}.`,
    heads: ['requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'Node µs', 'Postgres µs', 'both, rounds'],
    rows: measuredScenarios([size]).flatMap(({ name, title }) => [
      ...size.measured
        .filter(({ scenario }) => scenario === name)
        .flatMap((one) => rowsOf(`${title}: ${SUBJECT_TITLES[one.subject]}`, one)),
      ...Object.entries(size.baselines)
        .filter(([scenario]) => scenario === name)
        .flatMap(([, pair]) => rowsOf(`${title}: baseline meanwhile`, pair)),
    ]),
  };
};
