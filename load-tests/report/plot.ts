import { type Point } from './artillery-report';
import { ticks, type Axis } from './axis';
import { escapeHtml, readable } from './readable';

/** One line of a plot. */
export interface Line {
  name: string;
  points: readonly Point[];
}

/** A plot of values over time, or over another number. */
export interface Plot {
  title: string;
  /** Of the values. */
  unit: string;
  lines: readonly Line[];
  /** A bound, drawn across. */
  limit?: number;
}

const WIDTH = 640;
const HEIGHT = 220;
const MARGIN = { left: 62, right: 12, top: 12, bottom: 26 };

/** Told apart by people who cannot tell red from green, after Okabe and Ito. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

const colourOf = (index: number): string => COLOURS[index % COLOURS.length] ?? '#000';

/** What is drawn of a plot: its scales, its bound and its lines. */
const drawing = ({ lines, limit }: Plot, axis: Axis): string => {
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
  const highest = Math.max(0, ...values, limit ?? 0);
  const top = highest === 0 ? 1 : highest * 1.05;
  const x = (at: number): number => MARGIN.left + axis.place(at) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number =>
    HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const across = (value: number, kind: string): string =>
    `<line class="${kind}" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/>`;
  return [
    ...ticks(top, 4).map(
      (value) =>
        `${across(value, 'grid')}<text x="${MARGIN.left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${readable(value)}</text>`,
    ),
    ...axis.ticks.map(
      ({ at, text }) =>
        `<text x="${x(at).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(text)}</text>`,
    ),
    ...(limit === undefined ? [] : [across(limit, 'limit')]),
    ...lines.map(({ points }, index) => drawn(points, colourOf(index), x, y)),
  ].join('');
};

/** The plot as inline SVG with its heading and legend, for a page with `STYLE`. */
export const plotHtml = (plot: Plot, axis: Axis): string => {
  const { title, unit, lines, limit } = plot;
  const legend = lines.map(
    ({ name }, index) => `<span><i style="background:${colourOf(index)}"></i>${escapeHtml(name)}</span>`,
  );
  const bound = limit === undefined ? '' : `<span><i class="limit"></i>at most ${readable(limit)}</span>`;
  return (
    `<figure><figcaption>${escapeHtml(title)} <small>${escapeHtml(unit)}</small></figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${drawing(plot, axis)}</svg>` +
    `<p class="legend">${legend.join('')}${bound}</p></figure>`
  );
};

/** Style of an SVG file, on a ground of its own: a page that shows it may be dark. */
const FILE_STYLE =
  'text{font:11px system-ui,sans-serif;fill:#5c6773}.title{font-size:14px;font-weight:600;fill:#1c2430}' +
  '.grid{stroke:#e6eaef}.limit{stroke:#555;stroke-dasharray:5 4}polyline{fill:none;stroke-width:1.6}';

/** Room above and below the drawing in a file: for title and unit, and for a line of the legend. */
const ABOVE = 42;
const LEGEND = 20;

/** The plot as an SVG file of its own, with title and legend, that loads nothing. */
export const plotFile = (plot: Plot, axis: Axis): string => {
  const { title, unit, lines, limit } = plot;
  const entries = [
    ...lines.map(({ name }, index) => ({ name, mark: `stroke="${colourOf(index)}" stroke-width="3"` })),
    ...(limit === undefined ? [] : [{ name: `at most ${readable(limit)}`, mark: 'class="limit"' }]),
  ];
  const legend = entries.map(({ name, mark }, index) => {
    const y = ABOVE + HEIGHT + LEGEND * index + 8;
    return (
      `<line x1="${MARGIN.left}" x2="${MARGIN.left + 16}" y1="${y}" y2="${y}" ${mark}/>` +
      `<text x="${MARGIN.left + 24}" y="${y + 4}">${escapeHtml(name)}</text>`
    );
  });
  const height = ABOVE + HEIGHT + LEGEND * entries.length + 6;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeHtml(title)}">` +
    `<style>${FILE_STYLE}</style><rect width="${WIDTH}" height="${height}" fill="#fff"/>` +
    `<text class="title" x="12" y="19">${escapeHtml(title)}</text><text x="12" y="35">${escapeHtml(unit)}</text>` +
    `<g transform="translate(0 ${ABOVE})">${drawing(plot, axis)}</g>${legend.join('')}</svg>\n`
  );
};

/** A line, with dots where there are so few points that one could be overlooked. */
const drawn = (
  points: readonly Point[],
  colour: string,
  x: (at: number) => number,
  y: (value: number) => number,
): string => {
  const places = points.map(({ at, value }) => [x(at).toFixed(1), y(value).toFixed(1)] as const);
  const path = places.map(([left, top]) => `${left},${top}`).join(' ');
  const dots =
    places.length > 30
      ? ''
      : places.map(([left, top]) => `<circle cx="${left}" cy="${top}" r="2.5" fill="${colour}"/>`).join('');
  return `<polyline points="${path}" stroke="${colour}"/>${dots}`;
};
