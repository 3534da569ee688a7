import { Inject, Injectable, Optional } from '@nestjs/common';
import { RedisLink } from '../redis';
import { MetricsRegistry } from './metrics-registry';

/** Redis and the breaker before it; nothing where none is configured. */
@Injectable()
export class RedisMetrics {
  constructor(registry: MetricsRegistry, @Optional() @Inject(RedisLink) link?: RedisLink) {
    registry.read({
      name: 'jobtrail_circuit_breaker_open',
      help: 'Whether the breaker before a service is open (1): it is gone without. Absent where it is not configured.',
      type: 'gauge',
      aggregator: 'max',
      read: () =>
        link === undefined
          ? []
          : [{ labels: { service: 'redis' }, value: link.session === undefined ? 1 : 0 }],
    });
    registry.read({
      name: 'jobtrail_circuit_breaker_opened_total',
      help: 'How often the breaker before a service has opened.',
      type: 'counter',
      read: () => (link === undefined ? [] : [{ labels: { service: 'redis' }, value: link.losses }]),
    });
    registry.read({
      name: 'jobtrail_redis_commands_total',
      help: 'Commands and scripts sent to Redis, by name.',
      type: 'counter',
      read: () => [...(link?.commands ?? [])].map(([command, value]) => ({ labels: { command }, value })),
    });
  }
}
