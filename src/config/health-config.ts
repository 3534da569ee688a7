import { type Environment } from './environment';

/** From how many percent on something is a warning, and from how many critical. */
export interface Threshold {
  readonly warning: number;
  readonly critical: number;
}

/** What health has thresholds for. */
export const HEALTH_METRICS = ['memory', 'cpu', 'heap', 'connections'] as const;

/** One of them. */
export type HealthMetric = (typeof HEALTH_METRICS)[number];

/** The thresholds of each. */
export type HealthThresholds = Readonly<Record<HealthMetric, Threshold>>;

/** The health part of the configuration. */
export const healthConfig = (environment: Environment): HealthThresholds => ({
  memory: { warning: environment.HEALTH_MEMORY_WARNING, critical: environment.HEALTH_MEMORY_CRITICAL },
  cpu: { warning: environment.HEALTH_CPU_WARNING, critical: environment.HEALTH_CPU_CRITICAL },
  heap: { warning: environment.HEALTH_HEAP_WARNING, critical: environment.HEALTH_HEAP_CRITICAL },
  connections: {
    warning: environment.HEALTH_CONNECTIONS_WARNING,
    critical: environment.HEALTH_CONNECTIONS_CRITICAL,
  },
});
