/** Where the metrics are; not below the prefix of the API. */
export const METRICS_PATH = 'metrics';
