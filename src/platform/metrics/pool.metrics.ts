import { Injectable } from '@nestjs/common';
import { PoolUsage } from '../database';
import { MetricsRegistry } from './metrics-registry';

/** The connections of this process to Postgres. */
@Injectable()
export class PoolMetrics {
  constructor(registry: MetricsRegistry, pool: PoolUsage) {
    registry.read({
      name: 'active_sessions',
      help: 'Connections to Postgres by state: used, idle, max (DB_MAX_CONNECTIONS); and requests waiting for one.',
      type: 'gauge',
      read: () => {
        const { used, idle, waiting, max } = pool.now();
        return Object.entries({ used, idle, waiting, max }).map(([state, value]) => ({
          labels: { state },
          value,
        }));
      },
    });
    registry.read({
      name: 'jobtrail_db_longest_wait_seconds',
      help: 'How long the request has waited that has waited longest for a connection; 0: none has to wait.',
      type: 'gauge',
      aggregator: 'max',
      read: () => pool.now().longestWait / 1000,
    });
  }
}
