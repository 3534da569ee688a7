import { type TestApp } from '../test-app';

/** One series of an answer of `/metrics`. */
export interface ScrapedSeries {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** An answer of `/metrics`, taken apart. */
export interface Scrape {
  text: string;
  series: ScrapedSeries[];
  /** The sum of all series of this name with (at least) these labels; 0 where there is none. */
  sum(name: string, labels?: Record<string, string>): number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

const unescape = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character));

/** Takes the text format of Prometheus apart. @throws Error for a line that is none of it */
export const parseMetrics = (text: string): Scrape => {
  const series = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): ScrapedSeries => {
      const [, name, labels = '', value] = LINE.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`No line of the text format: ${line}`);
      const pairs = [...labels.matchAll(LABEL)].map(([, label = '', content = '']) => [
        label,
        unescape(content),
      ]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
    });
  const sum: Scrape['sum'] = (name, labels = {}) =>
    series
      .filter(
        (one) =>
          one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
      )
      .reduce((total, { value }) => total + value, 0);
  return { text, series, sum };
};

/** Asks a running application for its metrics. */
export const scrape = async (app: Pick<TestApp, 'request'>, token?: string): Promise<Scrape> => {
  const { status, text } = await app.request('GET', '/metrics', { token });
  if (status !== 200) throw new Error(`/metrics answered ${status}: ${text}`);
  return parseMetrics(text);
};
