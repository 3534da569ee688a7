import type { Aggregator } from 'prom-client';

/** Labels of a sample. Their values must come from the program, never from a client, or series grow without bound. */
export type Labels = Readonly<Record<string, string>>;

/** One number of a metric. */
export interface Sample {
  /** The name of the series, where it is not that of the metric: `_bucket`, `_sum`, `_count`. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** What is known of a metric without its numbers. */
export interface MetricDescription {
  readonly name: string;
  /** What it says, and its unit; shown to whoever reads the metrics. */
  readonly help: string;
  /**
   * How the numbers of several processes become one. Default `sum`; what belongs to all of them together (the rows of
   * a table) is `max`.
   */
  readonly aggregator?: Aggregator;
}

/** A metric with its numbers, in the form in which `prom-client` hands them on, and processes to each other. */
export interface MetricValues extends Required<MetricDescription> {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly Sample[];
}

/** What the registry asks for numbers. */
export interface MetricReader {
  readonly name: string;
  get(): MetricValues | Promise<MetricValues>;
}
