import { join } from 'node:path';
import { type Environment } from './environment';

/** What the process notices of itself. Times in milliseconds, shares in percent. */
export interface MonitoringConfig {
  slowRequest: number;
  verySlowRequest: number;
  slowQuery: number;
  /** Whether every query is logged. */
  logQueries: boolean;
  /** 0: no report. */
  reportInterval: number;
  cpuProfile: {
    /** 0: never. */
    percent: number;
    after: number;
    duration: number;
    /** From the beginning of one to that of the next. */
    pause: number;
  };
  diagnostics: { folder: string; maxFiles: number; maxBytes: number };
  memory: {
    /** 0: never. */
    high: number;
    critical: number;
    growthTime: number;
    /** 0: never. */
    growth: number;
  };
}

/** The monitoring part of the configuration. */
export const monitoringConfig = (environment: Environment): MonitoringConfig => ({
  slowRequest: environment.SLOW_REQUEST_MS,
  verySlowRequest: environment.VERY_SLOW_REQUEST_MS,
  slowQuery: environment.SLOW_QUERY_MS,
  logQueries: environment.LOG_QUERIES,
  reportInterval: environment.RESOURCE_REPORT_INTERVAL * 1000,
  cpuProfile: {
    percent: environment.CPU_PROFILE_PERCENT,
    after: environment.CPU_PROFILE_AFTER * 1000,
    duration: environment.CPU_PROFILE_SECONDS * 1000,
    pause: environment.CPU_PROFILE_PAUSE * 1000,
  },
  diagnostics: {
    folder: environment.DIAGNOSTICS_DIR ?? join(environment.DATA_DIR, 'diagnostics'),
    maxFiles: environment.DIAGNOSTICS_MAX_FILES,
    maxBytes: environment.DIAGNOSTICS_MAX_BYTES,
  },
  memory: {
    high: environment.MEMORY_HIGH_PERCENT,
    critical: environment.MEMORY_CRITICAL_PERCENT,
    growthTime: environment.MEMORY_GROWTH_MINUTES * 60_000,
    growth: environment.MEMORY_GROWTH_PERCENT,
  },
});
