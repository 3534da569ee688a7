import { type Point } from './artillery-report';

/** One line of a plot. */
export interface Line {
  name: string;
  points: readonly Point[];
}

/** A plot over time. */
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

/** For text between tags and in attributes. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A number as people read it: three digits, thousands apart. */
export const readable = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, ' ');
};

/** The next of 1, 2, 2.5, 5 times a power of ten, for steps that people can read. */
const roundStep = (raw: number): number => {
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10);
};

const ticks = (max: number, count: number): number[] => {
  const step = roundStep(max / count);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_none, index) => index * step);
};

/** The plot as inline SVG with its heading and legend; seconds since `begin` go to the right. */
export const plotHtml = ({ title, unit, lines, limit }: Plot, begin: number, end: number): string => {
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
  const highest = Math.max(0, ...values, limit ?? 0);
  const top = highest === 0 ? 1 : highest * 1.05;
  const seconds = Math.max(1, (end - begin) / 1000);
  const x = (at: number): number =>
    MARGIN.left + ((at - begin) / 1000 / seconds) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number =>
    HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const across = (value: number, kind: string): string =>
    `<line class="${kind}" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/>`;
  const parts = [
    ...ticks(top, 4).map(
      (value) =>
        `${across(value, 'grid')}<text x="${MARGIN.left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${readable(value)}</text>`,
    ),
    ...ticks(seconds, 6).map(
      (second) =>
        `<text x="${x(begin + second * 1000).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${readable(second)} s</text>`,
    ),
    ...(limit === undefined ? [] : [across(limit, 'limit')]),
    ...lines.map(({ points }, index) => drawn(points, COLOURS[index % COLOURS.length]!, x, y)),
  ];
  const legend = lines.map(
    ({ name }, index) =>
      `<span><i style="background:${COLOURS[index % COLOURS.length]!}"></i>${escapeHtml(name)}</span>`,
  );
  const bound = limit === undefined ? '' : `<span><i class="limit"></i>at most ${readable(limit)}</span>`;
  return (
    `<figure><figcaption>${escapeHtml(title)} <small>${escapeHtml(unit)}</small></figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${parts.join('')}</svg>` +
    `<p class="legend">${legend.join('')}${bound}</p></figure>`
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
