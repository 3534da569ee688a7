import { type Outcome } from './contest';

/** A ratio between two outcomes, and what it should be. */
export interface Target {
  what: string;
  measured: number;
  /** `measured` reaches this, or stays below it with `atMost`. */
  wanted: number;
  atMost?: boolean;
  unit?: string;
}

/** A table of the report, and how it stands to the targets. */
export interface Section {
  title: string;
  outcomes: Outcome[];
  targets: Target[];
  /** Further lines. */
  notes?: string[];
}

/** A number without decimals, its thousands apart. */
export const whole = (value: number): string =>
  Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
/** Milliseconds, as text. */
export const milliseconds = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
/** A ratio, as text; `-` where there is none. */
export const ratio = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : '-';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A Markdown table: the first column is text, the others are figures. */
export const markdownTable = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  line(['', ...heads]),
  `|---|${'---:|'.repeat(heads.length)}`,
  ...rows.map(line),
];

/** Heads of what `outcomeCells` gives after the name. */
export const OUTCOME_HEADS = ['requests/s', 'p50 ms', 'p99 ms', 'ratio', 'Node µs', 'Postgres µs'];

/** Name and figures of an outcome; its ratio is to so many requests a second. */
export const outcomeCells = (outcome: Outcome, reference: number): string[] => {
  const { name, perSecond, p50, p99, serverCpu, postgresCpu } = outcome;
  return [
    name,
    whole(perSecond),
    milliseconds(p50),
    milliseconds(p99),
    ratio(perSecond / reference),
    serverCpu === undefined ? '' : whole(serverCpu),
    whole(postgresCpu),
  ];
};

/** The section as Markdown; ratios are to the last row. */
export const sectionText = ({ title, outcomes, targets, notes = [] }: Section): string => {
  const reference = outcomes.at(-1)?.perSecond ?? Number.NaN;
  const rows = outcomes.map((outcome) => outcomeCells(outcome, reference));
  const table = rows.length === 0 ? [] : [...markdownTable(OUTCOME_HEADS, rows), ''];
  return [
    `### ${title}`,
    '',
    ...table,
    ...notes.map((note) => `- ${note}`),
    ...targets.map(targetText),
    '',
  ].join('\n');
};

const targetText = ({ what, measured, wanted, atMost = false, unit = '' }: Target): string => {
  const reached = atMost ? measured <= wanted : measured >= wanted;
  const show = unit === '' ? ratio : whole;
  const verdict = reached ? 'reached' : `MISSED by ${Math.round(Math.abs(1 - measured / wanted) * 100)} %`;
  return `- ${what}: ${show(measured)}${unit} (wanted: at ${atMost ? 'most' : 'least'} ${show(wanted)}${unit}) ${verdict}`;
};

/** The ratio of the throughputs of two outcomes by name. */
export const throughputRatio = (outcomes: readonly Outcome[], of: string, to: string): number => {
  const perSecond = (name: string): number =>
    outcomes.find((outcome) => outcome.name === name)?.perSecond ?? Number.NaN;
  return perSecond(of) / perSecond(to);
};
