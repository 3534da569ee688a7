export { SystemMetricsModule } from './system-metrics.module';
