import { type RunProfile } from '../run/profile/profiling';
import { cell, row, table } from './html';
import { readable } from './readable';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What takes the most is told in a few words, too. */
const IN_WORDS = 6;

/** The same in two lines. */
export const profileText = ({ program, statements }: RunProfile): string => {
  const all = statements[0]?.ofAll ?? 0;
  const listed = (shares: readonly { name: string; share: number }[]): string =>
    shares
      .map(({ name, share }) => `${name} ${percent(share)}`)
      .slice(0, IN_WORDS)
      .join(', ');
  return [
    `program, ${percent(program.busy / program.observed)} of a core: ${listed(program.parts)}`,
    `Postgres, ${readable(all)} ms: ${listed(statements.map(({ name, total }) => ({ name, share: total / all })))}`,
  ].join('\n');
};

/** The part of a report that tells what the time of a run went to. */
export const profileTables = ({ program, statements }: RunProfile): string => {
  const { observed, busy, parts, functions } = program;
  const shares = (rows: typeof parts): string[] =>
    rows.map(({ name, share }) => row([cell(name), cell(percent(share), true)]));
  const all = statements[0]?.ofAll ?? 0;
  const byStatement = statements.map(({ name, calls, total, planning, rows, hits, reads }) =>
    row([
      cell(name),
      ...[calls, total].map((value) => cell(readable(value), true)),
      cell(percent(total / all), true),
      ...[total / calls, planning / calls, rows / calls, hits / calls, reads / calls].map((value) =>
        cell(readable(value), true),
      ),
    ]),
  );
  return `<h2>What the program's time went to</h2>
<p>${percent(busy / observed)} of a core, by CPU profile; each by itself, not by what it called.</p>
${table([['part'], ['of busy time', 'n']], shares(parts))}
${table([['function'], ['of busy time', 'n']], shares(functions))}
<h2>What Postgres's time went to</h2>
<p>By pg_stat_statements; a page has 8 KiB.</p>
${table(
  [
    ['statement'],
    ['calls', 'n'],
    ['ms in all', 'n'],
    ['share', 'n'],
    ['ms each', 'n'],
    ['planning ms', 'n'],
    ['rows', 'n'],
    ['pages found', 'n'],
    ['pages read', 'n'],
  ],
  byStatement,
)}`;
};
