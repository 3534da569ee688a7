/** A summary of times, in milliseconds. */
export interface Summary {
  count: number;
  min: number | null;
  max: number | null;
  mean: number | null;
  p50: number;
  p95: number;
  p99: number;
}

/** What Artillery counted in a stretch of time. */
export interface Period {
  /** When it began, in milliseconds since 1970 as text. */
  period: string | number;
  counters: Record<string, number>;
  rates: Record<string, number>;
  summaries: Record<string, Summary>;
  firstMetricAt?: number;
  lastMetricAt?: number;
}

/** What `artillery run --output` writes. */
export interface ArtilleryReport {
  aggregate: Period;
  /** Stretches of ten seconds. */
  intermediate: Period[];
}

/** A point of a plot. */
export interface Point {
  /** Milliseconds since 1970. */
  at: number;
  value: number;
}

const ENDPOINT_TIME = 'plugins.metrics-by-endpoint.response_time.';
const ENDPOINT_CODE = /^plugins\.metrics-by-endpoint\.(.+)\.codes\.(\d+)$/;

/** In the order of time; Artillery writes them as they were merged. */
export const periodsOf = ({ intermediate }: ArtilleryReport): Period[] =>
  [...intermediate].sort((a, b) => beginOf(a) - beginOf(b));

/** When something was first measured in it. */
const beginOf = ({ firstMetricAt, period }: Period): number => firstMetricAt ?? Number(period);

/** A percentile of all response times, per stretch. */
export const responseTimes = (report: ArtilleryReport, which: 'p50' | 'p95' | 'p99'): Point[] =>
  periodsOf(report).flatMap((period) => {
    const summary = period.summaries['http.response_time'];
    return summary === undefined ? [] : [{ at: beginOf(period), value: summary[which] }];
  });

/** Sum of the counters that a pattern names. */
const counted = ({ counters }: Period, pattern: RegExp): number =>
  Object.entries(counters).reduce((total, [name, count]) => (pattern.test(name) ? total + count : total), 0);

/** Answers of class 4xx and 5xx, requests without an answer, and users who gave up, per stretch. */
export const failures = (report: ArtilleryReport) => {
  const series = (pattern: RegExp): Point[] =>
    periodsOf(report).map((period) => ({ at: beginOf(period), value: counted(period, pattern) }));
  return {
    refused: series(/^http\.codes\.4/),
    failed: series(/^http\.codes\.5/),
    errors: series(/^errors\./),
    users: series(/^vusers\.failed$/),
  };
};

/** What went wrong and how often, the most frequent first. */
export const errorsOf = ({ aggregate }: ArtilleryReport): [name: string, count: number][] =>
  Object.entries(aggregate.counters)
    .flatMap(([name, count]): [string, number][] =>
      name.startsWith('errors.') ? [[name.slice('errors.'.length), count]] : [],
    )
    .sort(([, a], [, b]) => b - a);

/** One named request of the scenario. */
export interface Endpoint {
  name: string;
  codes: Record<string, number>;
  times: Summary;
}

/** The scenario's requests, by their names. */
export const endpointsOf = ({ aggregate }: ArtilleryReport): Endpoint[] =>
  Object.entries(aggregate.summaries)
    .filter(([name]) => name.startsWith(ENDPOINT_TIME))
    .map(([metric, times]) => {
      const name = metric.slice(ENDPOINT_TIME.length);
      const codes = Object.entries(aggregate.counters).flatMap(([counter, count]) => {
        const [, of, code] = ENDPOINT_CODE.exec(counter) ?? [];
        return of === name && code !== undefined ? [[code, count] as const] : [];
      });
      return { name, times, codes: Object.fromEntries(codes) };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
