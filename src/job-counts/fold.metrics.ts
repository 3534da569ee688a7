import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from '../platform/metrics';
import { FoldLag, MOST_COUNTED } from './fold-lag';

/** Tells how far the fold is behind the writes, so that a missing worker is noticed. */
@Injectable()
export class FoldMetrics {
  constructor(registry: MetricsRegistry, lag: FoldLag) {
    registry.read({
      name: 'jobtrail_fold_pending_deltas',
      help: `Changes that are not folded into the counts yet; counted up to ${MOST_COUNTED}.`,
      type: 'gauge',
      aggregator: 'max',
      read: async () => (await lag.state())?.deltas ?? [],
    });
    registry.read({
      name: 'jobtrail_fold_oldest_seconds',
      help: 'How long the oldest change is known to wait for being folded, by the readings of this process; 0: none waits.',
      type: 'gauge',
      aggregator: 'max',
      read: async () => (await lag.state())?.age ?? [],
    });
  }
}
