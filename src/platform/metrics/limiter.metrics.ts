import { Injectable } from '@nestjs/common';
import { Admission } from '../front';
import { MetricsRegistry } from './metrics-registry';

/** The limits a client. */
@Injectable()
export class LimiterMetrics {
  constructor(registry: MetricsRegistry, admission: Admission) {
    registry.read({
      name: 'jobtrail_rate_limited_requests_total',
      help: 'Requests that were counted against the limits of their client: allowed, or refused as too many.',
      type: 'counter',
      read: () =>
        Object.entries(admission.counts).map(([outcome, value]) => ({ labels: { outcome }, value })),
    });
  }
}
