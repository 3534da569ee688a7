import { AggregatorRegistry } from 'prom-client';

/**
 * The metrics of several processes as those of one, in the text format of Prometheus.
 * @param values what `MetricsRegistry.values` has given in each; they survive being sent from one process to another
 */
export const textOfAll = (values: readonly (readonly object[])[]): Promise<string> =>
  AggregatorRegistry.aggregate([...values]).metrics();

/** The same in the form in which they were given. */
export const valuesOfAll = (values: readonly (readonly object[])[]): Promise<object[]> =>
  AggregatorRegistry.aggregate([...values]).getMetricsAsJSON();
