import { type Line, type Plot } from '../report/plot';
import { cpuOfPair, type Pair, type SizeFigures } from './figures';
import { MOST_SEARCH } from './growth';
import { acrossSizes, measuredScenarios } from './growth-tables';
import { bytesOf } from './size-tables';
import { SUBJECT_TITLES, type SubjectName } from './subjects';

/** A plot against the number of jobs, and the name of its file. */
export interface GrowthPlot {
  file: string;
  plot: Plot;
}

/** Relations that are drawn: more lines could not be told apart. */
const MOST_LINES = 5;

/** What is not known is not drawn. */
const line = (
  name: string,
  sizes: readonly SizeFigures[],
  values: readonly (number | undefined)[],
): Line => ({
  name,
  points: sizes.flatMap(({ jobs }, index) => {
    const value = values[index];
    return value !== undefined && Number.isFinite(value) ? [{ at: jobs, value }] : [];
  }),
});

/** What a scenario took, a line for each subject. */
const scenarioLines = (
  sizes: readonly SizeFigures[],
  scenario: string,
  read: (pair: Pair) => number,
): Line[] =>
  (Object.entries(SUBJECT_TITLES) as [SubjectName, string][]).map(([subject, title]) =>
    line(title, sizes, acrossSizes(sizes, scenario, subject).map(read)),
  );

const searchPlot = (sizes: readonly SizeFigures[]): GrowthPlot => {
  const searches = acrossSizes(sizes, 'search', 'big');
  return {
    file: 'growth-search-p95.svg',
    plot: {
      title: 'search by q in the longest list, all words',
      unit: 'p95 in ms, against the number of jobs in the database',
      lines: [
        line(
          'one at a time',
          sizes,
          searches.map(({ alone }) => alone.p95),
        ),
        line(
          '32 clients',
          sizes,
          searches.map(({ crowd }) => crowd?.p95),
        ),
      ],
      limit: MOST_SEARCH,
    },
  };
};

/** The largest tables or indexes. */
const relationsPlot = (sizes: readonly SizeFigures[], kind: 'tables' | 'indexes'): GrowthPlot => {
  const largest = (sizes.at(-1)?.relations ?? [])
    .filter(({ table }) => (table === undefined) === (kind === 'tables'))
    .slice(0, MOST_LINES);
  return {
    file: `growth-${kind}.svg`,
    plot: {
      title: `the largest ${kind}`,
      unit: 'bytes a job, against the number of jobs in the database',
      lines: largest.map(({ name }) =>
        line(
          name,
          sizes,
          sizes.map((size) => {
            const bytes = bytesOf(size, name);
            return bytes === undefined ? undefined : bytes / size.jobs;
          }),
        ),
      ),
    },
  };
};

/** CPU time and latency of each scenario, then searches, tables and indexes. */
export const plotsOf = (sizes: readonly SizeFigures[]): GrowthPlot[] => {
  const scenarios = measuredScenarios(sizes);
  return [
    ...scenarios.flatMap(({ name, title, oneAtATime = false }): GrowthPlot[] => [
      {
        file: `growth-${name}-cpu.svg`,
        plot: {
          title,
          unit: `CPU µs a request (program and Postgres)${oneAtATime ? ', one at a time' : ''}, against the number of jobs in the database`,
          lines: scenarioLines(sizes, name, cpuOfPair),
        },
      },
      {
        file: `growth-${name}-p50.svg`,
        plot: {
          title,
          unit: 'p50 in ms, one at a time, against the number of jobs in the database',
          lines: scenarioLines(sizes, name, ({ alone }) => alone.p50),
        },
      },
    ]),
    ...(scenarios.some(({ name }) => name === 'search') ? [searchPlot(sizes)] : []),
    relationsPlot(sizes, 'tables'),
    relationsPlot(sizes, 'indexes'),
  ];
};
