import { milliseconds, ratio, whole } from '../bench/report';
import { cpuOfPair, cpuRounds, p50Rounds, type Measured, type Pair, type SizeFigures } from './figures';
import { growthBeyond, growthOf, MOST_GROWTH, MOST_SEARCH, verdictOf } from './growth';
import { SCENARIOS, type GrowthScenario } from './scenarios';
import { OF_CONSTANT_SIZE, SUBJECT_TITLES, type SubjectName } from './subjects';
import { type Table } from './table';
import { BASELINE_BOUNDS, verdictOfBaseline, verdictOfGrowth, type Rounded } from './verdicts';

/** One figure of each size, from what was measured there. */
type Reading = (pair: Pair) => Rounded;

/** The scenarios that were measured at every size. */
export const measuredScenarios = (sizes: readonly SizeFigures[]): GrowthScenario[] =>
  SCENARIOS.filter(({ name }) => sizes.length > 0 && sizes.every(({ baselines }) => name in baselines));

/** What a scenario with a subject gave, at each size. */
export const acrossSizes = (
  sizes: readonly SizeFigures[],
  scenario: string,
  subject: SubjectName,
): Measured[] =>
  sizes.flatMap(({ measured }) =>
    measured.filter((one) => one.scenario === scenario && one.subject === subject),
  );

const subjectNames = Object.keys(SUBJECT_TITLES) as SubjectName[];
const sizeHeads = (sizes: readonly SizeFigures[]): string[] => sizes.map(({ jobs }) => `${whole(jobs)} jobs`);
const figure = (value: number, show: (value: number) => string): string =>
  Number.isFinite(value) ? show(value) : '-';

/** Rows of a scenario: each subject, then the baseline that was measured with them. */
const scenarioRows = (
  sizes: readonly SizeFigures[],
  { name, title }: GrowthScenario,
  read: Reading,
  show: (value: number) => string,
): string[][] => {
  const baselines = sizes.map((size) => size.baselines[name]).filter((pair) => pair !== undefined);
  const base = baselines.map((pair) => read(pair).value);
  const rowOf = (who: string, values: readonly number[], verdict: string): string[] => [
    `${title}: ${who}`,
    ...values.map((value) => figure(value, show)),
    ratio(growthOf(values)),
    ratio(growthBeyond(values, base)),
    verdict,
  ];
  return [
    ...subjectNames.map((subject) => {
      const figures = acrossSizes(sizes, name, subject).map(read);
      const verdict = OF_CONSTANT_SIZE.includes(subject) ? verdictOfGrowth(figures, base, MOST_GROWTH) : '';
      return rowOf(
        SUBJECT_TITLES[subject],
        figures.map(({ value }) => value),
        verdict,
      );
    }),
    rowOf('baseline meanwhile', base, verdictOfBaseline(base)),
  ];
};

const HEADS = ['largest to smallest', 'beyond the baseline', `at most ${MOST_GROWTH}`];

/** How the tables are judged. */
const JUDGED =
  `The baseline is GET /api/profile, one row by its key: what grows beyond it is not the machine. It is steady within ` +
  `${BASELINE_BOUNDS.least} to ${BASELINE_BOUNDS.most}; where it changed, nothing is known of what was measured with it. ` +
  'Where rounds lie on both sides of the bound, nothing is decided. ';

/** CPU time of a request against the number of jobs. */
export const cpuTable = (sizes: readonly SizeFigures[]): Table => ({
  title: 'CPU time of a request (program and Postgres), µs',
  note:
    'Under 32 clients; a total with count=exact of a filter one at a time. ' +
    JUDGED +
    'The list of the last owner grows with the database, those of the others do not.',
  heads: [...sizeHeads(sizes), ...HEADS],
  rows: measuredScenarios(sizes).flatMap((scenario) => scenarioRows(sizes, scenario, cpuRounds, whole)),
});

/** How long one request takes that is alone: waiting, as on a disk, is no CPU time. */
export const latencyTable = (sizes: readonly SizeFigures[]): Table => ({
  title: 'One request at a time, p50 in ms',
  note: JUDGED.trim(),
  heads: [...sizeHeads(sizes), ...HEADS],
  rows: measuredScenarios(sizes).flatMap((scenario) =>
    scenarioRows(sizes, scenario, p50Rounds, milliseconds),
  ),
});

/** Searches of the owner with the most jobs against their bound. */
export const searchTable = (sizes: readonly SizeFigures[]): Table => {
  const searches = acrossSizes(sizes, 'search', 'big');
  const rows = (['p50', 'p95', 'p99'] as const).flatMap((which) => {
    const row = (how: string, values: readonly number[]): string[] => [
      `${which}, ${how}`,
      ...values.map((value) => figure(value, milliseconds)),
      which === 'p95' ? verdictOf(values.at(-1) ?? Number.NaN, MOST_SEARCH) : '',
    ];
    return [
      row(
        'one at a time',
        searches.map(({ alone }) => alone[which]),
      ),
      row(
        '32 clients',
        searches.map(({ crowd }) => crowd?.[which] ?? Number.NaN),
      ),
    ];
  });
  return {
    title: 'Search by q in the longest list, all words in turn, ms',
    note: 'That of the owner with a tenth of all jobs. Under 32 clients most of the time is waiting for one’s turn.',
    heads: [...sizeHeads(sizes), `at most ${MOST_SEARCH} ms`],
    rows,
  };
};

/** What single words cost in the longest list. */
export const wordsTable = (sizes: readonly SizeFigures[]): Table => ({
  title: 'Search by q in the longest list, word by word, one at a time',
  heads: sizes.flatMap(({ jobs }) => [`${whole(jobs)} jobs: matches`, 'p50 ms', 'p95 ms', 'CPU µs']),
  rows: (sizes[0]?.words ?? []).map(({ what, words }) => [
    `${words} (${what})`,
    ...sizes.flatMap((size) => {
      const found = size.words.find((one) => one.words === words);
      if (found === undefined) return ['-', '-', '-', '-'];
      const { matches, alone } = found;
      const cpu = cpuOfPair({ alone, crowd: undefined });
      return [figure(matches, whole), milliseconds(alone.p50), milliseconds(alone.p95), figure(cpu, whole)];
    }),
  ]),
});
