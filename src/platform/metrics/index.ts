export { type Labels, type MetricDescription, type Sample } from './metric';
export { Histogram, type Series } from './histogram';
export { MetricsModule } from './metrics.module';
export { MetricsRegistry, type ReadMetric, type Reading } from './metrics-registry';
export { MetricsSource, textOfAll } from './metrics-source';
export { RareReading } from './rare-reading';
export { RequestDurations } from './request-durations';
