import { csvRecord, guardCell } from '../platform/csv';
import { type StatsDto } from './stats.dto';

type Line = [figure: string, key: string, value: string | number | null];

const each = (figure: string, values: object): Line[] =>
  Object.entries(values).map(([key, value]) => [figure, key, value as string | number | null]);

/** The lines of the file in the order of the answer: which figure, which part of it, its value. */
const lines = (stats: StatsDto): Line[] => [
  ['asOf', '', stats.asOf],
  ['totals', 'all', stats.totals.all],
  ['totals', 'archived', stats.totals.archived],
  ...each('totals.byStatus', stats.totals.byStatus),
  ...each('totals.byCategory', stats.totals.byCategory),
  ['responseRate', '', stats.responseRate],
  ...each('averageTimeInStatusSeconds', stats.averageTimeInStatusSeconds),
  ...stats.createdPerMonth.map(({ month, count }): Line => ['createdPerMonth', month, count]),
  ...each('deadlines', stats.deadlines),
  ...each('timeToOffer', stats.timeToOffer),
  ...stats.topCompanies.map(({ company, count }): Line => ['topCompanies', company, count]),
];

/** Statistics as CSV (RFC 4180, line feeds): a row a value; formulas are made harmless, nothing is an empty cell. */
export const statsCsv = (stats: StatsDto): string =>
  [
    ['figure', 'key', 'value'],
    ...lines(stats).map(([figure, key, value]) => [
      figure,
      guardCell(key),
      value === null ? '' : String(value),
    ]),
  ]
    .map(csvRecord)
    .join('');
