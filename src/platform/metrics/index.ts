export { textOfAll, valuesOfAll } from './aggregate';
export { type Labels, type MetricDescription, type MetricValues, type Sample } from './metric';
export { Histogram, type Series } from './histogram';
export { MetricsModule } from './metrics.module';
export { MetricsRegistry, type ReadMetric, type Reading } from './metrics-registry';
export { MetricsSource } from './metrics-source';
export { RareReading } from './rare-reading';
export { RequestDurations } from './request-durations';
