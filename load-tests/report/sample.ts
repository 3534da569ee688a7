import { type Scrape } from '../../test/support/metrics/scrape';

/** The program's own figures at one moment; counters since it started. Times in milliseconds, sizes in bytes. */
export interface Sample {
  at: number;
  cpu: number;
  cpuLimit: number;
  rss: number;
  memoryLimit: number;
  heap: number;
  cacheBytes: number;
  /** Delay of the event loop since the sample before; nothing where it was not measured in between. */
  loopMean: number | null;
  loopP99: number | null;
  pool: { used: number; idle: number; waiting: number; max: number };
  cacheHits: number;
  cacheLookups: number;
  /** Answered, by class of status. */
  answers: Record<string, number>;
  shed: number;
  /** Requests that took at most `le` seconds. */
  buckets: { le: number; count: number }[];
  /** All processors of the machine: sums since it started. */
  machine: { busy: number; all: number };
  /** Memory of all processes of Postgres, what they share counted once; read more rarely than the rest. */
  postgres?: number | null;
  /** The program, Postgres and all else in the small machine that they are held to. */
  group?: GroupSample;
}

/** What the kernel says of a small machine. */
export interface GroupSample {
  limit: number;
  /** With the page cache. */
  memory: number;
  /** Without what could be taken back. */
  bound: number;
  cpu: number | null;
}

/** What is sampled beside the program's own figures. */
export type OtherFigures = Pick<Sample, 'postgres' | 'group'>;

/** Routes that are asked because of the run, not by it. */
const OWN_ROUTES = ['/metrics'];

const milliseconds = (seconds: number): number | null => (Number.isFinite(seconds) ? seconds * 1000 : null);

/** Takes what the report shows out of an answer of `/metrics`. */
export const sampleOf = ({ series, sum }: Scrape, at: number, machine: Sample['machine']): Sample => {
  const answers: Record<string, number> = {};
  const buckets = new Map<number, number>();
  for (const { name, labels, value } of series) {
    if (OWN_ROUTES.includes(labels.route ?? '')) continue;
    if (name === 'request_duration_seconds_count') {
      const status = labels.status_class ?? '';
      answers[status] = (answers[status] ?? 0) + value;
    } else if (name === 'request_duration_seconds_bucket') {
      const le = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
      buckets.set(le, (buckets.get(le) ?? 0) + value);
    }
  }
  const sessions = (state: string): number => sum('active_sessions', { state });
  return {
    at,
    machine,
    answers,
    buckets: [...buckets].map(([le, count]) => ({ le, count })).sort((a, b) => a.le - b.le),
    cpu: sum('process_cpu_seconds_total') * 1000,
    cpuLimit: sum('jobtrail_cpu_limit_cores'),
    rss: sum('process_resident_memory_bytes'),
    memoryLimit: sum('jobtrail_memory_limit_bytes'),
    heap: sum('nodejs_heap_size_used_bytes'),
    cacheBytes: sum('jobtrail_cache_bytes'),
    loopMean: milliseconds(sum('nodejs_eventloop_lag_mean_seconds')),
    loopP99: milliseconds(sum('nodejs_eventloop_lag_p99_seconds')),
    pool: {
      used: sessions('used'),
      idle: sessions('idle'),
      waiting: sessions('waiting'),
      max: sessions('max'),
    },
    cacheHits: sum('jobtrail_cache_requests_total', { outcome: 'hit' }),
    cacheLookups: sum('jobtrail_cache_requests_total'),
    shed: sum('jobtrail_load_shed_requests_total'),
  };
};
