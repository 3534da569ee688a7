import {
  type Labels,
  type MetricDescription,
  type MetricReader,
  type MetricValues,
  type Sample,
} from './metric';

/**
 * The numbers of one set of labels. Taken from its histogram once and kept, so that counting neither looks anything up
 * nor allocates.
 */
export class Series {
  sum = 0;
  /** How many values lie at or below each bound and above the one before; the last: above all. */
  readonly counts: Float64Array;

  constructor(
    readonly labels: Labels,
    private readonly bounds: readonly number[],
  ) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Counts one value. */
  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

/**
 * A histogram whose series are resolved before they are counted in; `prom-client`'s own checks and hashes the labels
 * at every value, which costs some twenty times as much. Series that have counted nothing are not shown.
 */
export class Histogram implements MetricReader {
  readonly name: string;
  private readonly known = new Map<string, Series>();

  /** @param bounds upper bounds of the buckets, ascending; that of the last, infinity, is not among them */
  constructor(
    private readonly description: MetricDescription,
    private readonly bounds: readonly number[],
  ) {
    this.name = description.name;
  }

  /** The series of these labels; the same one every time. */
  series(labels: Labels): Series {
    const key = JSON.stringify(Object.entries(labels).sort());
    let series = this.known.get(key);
    if (series === undefined) this.known.set(key, (series = new Series(labels, this.bounds)));
    return series;
  }

  get(): MetricValues {
    const values = [...this.known.values()].flatMap((series) => this.samples(series));
    return { aggregator: 'sum', ...this.description, type: 'histogram', values };
  }

  private samples({ labels, counts, sum }: Series): Sample[] {
    let count = 0;
    const buckets = [...counts].map((own, index) => ({
      metricName: `${this.name}_bucket`,
      labels: { ...labels, le: this.bounds[index] ?? '+Inf' },
      value: (count += own),
    }));
    if (count === 0) return [];
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
