export { MetricsEndpointModule } from './metrics-endpoint.module';
export { METRICS_PATH } from './metrics-path';
