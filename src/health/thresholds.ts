import { HEALTH_METRICS, type HealthMetric, type HealthThresholds } from '../config';

/** How bad something is. */
export type Level = 'warning' | 'critical';

/** What is not as it should be. */
export interface Alert {
  /** What it is about: one of the metrics, `database`, or `process`. */
  readonly metric: HealthMetric | 'database' | 'process';
  readonly level: Level;
  /** For people. */
  readonly message: string;
  /** Percent, of a metric. */
  readonly value?: number;
  /** Percent that was reached, of a metric. */
  readonly threshold?: number;
}

const MEANING: Readonly<Record<HealthMetric, string>> = {
  memory: 'of the memory that the process may have is in use',
  cpu: 'of the CPU time that the process may have, or of the time of its event loop, is used',
  heap: 'of the heap is in use',
  connections: 'of the database connections are in use',
};

/** Percent with one decimal: what is shown is what is judged. */
export const rounded = (percent: number): number => Math.round(percent * 10) / 10;

/** The alerts for what is at or above a threshold: of each metric the worse one alone. */
export const alertsOf = (
  percents: Readonly<Record<HealthMetric, number>>,
  thresholds: HealthThresholds,
): Alert[] =>
  HEALTH_METRICS.flatMap((metric) => {
    const value = rounded(percents[metric]);
    const { warning, critical } = thresholds[metric];
    const level = value >= critical ? 'critical' : value >= warning ? 'warning' : undefined;
    if (level === undefined) return [];
    const threshold = thresholds[metric][level];
    const message = `${value} % ${MEANING[metric]}; ${level} from ${threshold} % on.`;
    return [{ metric, level, message, value, threshold }];
  });

/** The worst of the alerts; `healthy` where there is none. */
export const statusOf = (alerts: readonly Alert[]): 'healthy' | Level => {
  if (alerts.some(({ level }) => level === 'critical')) return 'critical';
  return alerts.length > 0 ? 'warning' : 'healthy';
};
