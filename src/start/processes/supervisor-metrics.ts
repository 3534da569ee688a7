import { type MetricValues } from '../../platform/metrics';

/** What is counted of several processes. */
export interface ProcessFigures {
  /** How many there are to be. */
  readonly count: number;
  readonly serving: number;
  /** Starts of those that took the place of another. */
  readonly restarts: number;
}

/** Seconds since 1970. Worked out once: each change would be taken for a restart. */
const STARTED = Math.floor(Date.now() / 1000 - process.uptime());

type Given = Pick<MetricValues, 'name' | 'help' | 'type'> &
  Partial<Pick<MetricValues, 'aggregator' | 'values'>>;

const metric = (value: number, given: Given): MetricValues => ({
  aggregator: 'sum',
  values: [{ labels: {}, value }],
  ...given,
});

/**
 * What the supervisor of several processes adds to their metrics: how many they are, and what it takes up itself, under the
 * names of Node's own metrics, so that the sums are those of the whole instance.
 */
export const supervisorMetrics = ({ count, serving, restarts }: ProcessFigures): MetricValues[] => {
  const cpu = process.cpuUsage();
  const states = Object.entries({ serving, wanted: count });
  return [
    metric(0, {
      name: 'jobtrail_processes',
      help: 'Processes that serve the port together, where WEB_CONCURRENCY is above 1: serving, wanted.',
      type: 'gauge',
      values: states.map(([state, value]) => ({ labels: { state }, value })),
    }),
    metric(restarts, {
      name: 'jobtrail_process_restarts_total',
      help: 'Processes that were started in place of one that had ended.',
      type: 'counter',
    }),
    metric(process.memoryUsage.rss(), {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory size in bytes.',
      type: 'gauge',
    }),
    metric(cpu.user / 1e6, {
      name: 'process_cpu_user_seconds_total',
      help: 'Total user CPU time spent in seconds.',
      type: 'counter',
    }),
    metric(cpu.system / 1e6, {
      name: 'process_cpu_system_seconds_total',
      help: 'Total system CPU time spent in seconds.',
      type: 'counter',
    }),
    metric((cpu.user + cpu.system) / 1e6, {
      name: 'process_cpu_seconds_total',
      help: 'Total user and system CPU time spent in seconds.',
      type: 'counter',
    }),
    // The instance is as old as its supervisor; `first` leaves out the processes, which come after it.
    metric(STARTED, {
      name: 'process_start_time_seconds',
      help: 'Start time of the process since unix epoch in seconds.',
      type: 'gauge',
      aggregator: 'first',
    }),
  ];
};
