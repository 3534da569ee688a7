import { Injectable, Logger } from '@nestjs/common';
import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import { Histogram } from './histogram';
import { type MetricDescription, type MetricReader, type MetricValues, type Sample } from './metric';

/** What a metric reads from what others count anyway: one number, or one for each set of labels. */
export type Reading = number | Iterable<Sample>;

/** A metric that is read when it is asked for. */
export interface ReadMetric extends MetricDescription {
  /** A counter never falls while the process lives, and its name ends with `_total`. */
  readonly type: 'counter' | 'gauge';
  read(): Reading | Promise<Reading>;
}

/** Sums of other metrics, under names that are those of counters. */
const REDUNDANT = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * The metrics of this process: those of the program and, from the first time that somebody asks on, those of Node
 * itself (`collectDefaultMetrics`), whose watching of garbage collection and event loop would be for nobody before.
 */
@Injectable()
export class MetricsRegistry {
  /** Not `prom-client`'s global one: tests have several applications in a process. */
  private readonly registry = new Registry();
  private readonly logger = new Logger('Metrics');
  private readonly failed = new Set<string>();
  private watchesNode = false;

  /** Adds a histogram. @throws Error when there is a metric of that name */
  histogram(description: MetricDescription, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(description, bounds);
    this.add(histogram);
    return histogram;
  }

  /**
   * Adds a metric that costs nothing until it is asked for. One that cannot be read is left out, and that is logged
   * once: the others are told all the same.
   * @throws Error when there is a metric of that name
   */
  read(metric: ReadMetric): void {
    const { name, help, type, aggregator = 'sum' } = metric;
    const valuesOf = (reading: Reading): MetricValues => ({
      name,
      help,
      type,
      aggregator,
      values: typeof reading === 'number' ? [{ labels: {}, value: reading }] : [...reading],
    });
    const get = async (): Promise<MetricValues> => {
      try {
        const values = valuesOf(await metric.read());
        this.failed.delete(name);
        return values;
      } catch (error) {
        if (!this.failed.has(name)) this.logger.warn({ err: error, metric: name }, 'A metric cannot be read');
        this.failed.add(name);
        return valuesOf([]);
      }
    };
    this.add({ name, get });
  }

  /** All metrics with their numbers now; of all processes together they are made by `prom-client`'s `aggregate`. */
  async values(): Promise<object[]> {
    this.watchNode();
    return this.registry.getMetricsAsJSON();
  }

  /** All metrics in the text format of Prometheus. */
  async text(): Promise<string> {
    this.watchNode();
    return this.registry.metrics();
  }

  /** What `text` is. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** What the library asks of a metric is its name and its numbers; its types name its own classes alone. */
  private add(reader: MetricReader): void {
    this.registry.registerMetric(reader as unknown as Metric);
  }

  private watchNode(): void {
    if (this.watchesNode) return;
    this.watchesNode = true;
    collectDefaultMetrics({ register: this.registry });
    for (const name of REDUNDANT) this.registry.removeSingleMetric(name);
  }
}
