import { markdownTable } from '../bench/report';
import { cell, row, table } from '../report/html';
import { escapeHtml } from '../report/readable';

/** A table of the report: in each row a name, then figures. */
export interface Table {
  title: string;
  heads: readonly string[];
  rows: readonly (readonly string[])[];
  /** What has to be known to read it. */
  note?: string;
}

/** As Markdown, under a heading. */
export const tableText = ({ title, heads, rows, note }: Table): string =>
  [`### ${title}`, '', ...(note === undefined ? [] : [note, '']), ...markdownTable(heads, rows), ''].join(
    '\n',
  );

/** As HTML, under a heading. */
export const tableHtml = ({ title, heads, rows, note }: Table): string =>
  `<h2>${escapeHtml(title)}</h2>${note === undefined ? '' : `<p>${escapeHtml(note)}</p>`}` +
  table(
    [[''], ...heads.map((head): [string, 'n'] => [head, 'n'])],
    rows.map((cells) => row(cells.map((text, index) => cell(text, index > 0)))),
  );
