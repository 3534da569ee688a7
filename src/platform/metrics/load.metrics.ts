import { Injectable } from '@nestjs/common';
import { LoadMonitor } from '../load';
import { type Sample } from './metric';
import { MetricsRegistry } from './metrics-registry';

const LEVELS = { normal: 0, busy: 1, saturated: 2 } as const;

/** How busy the process is, and what it refuses for that. */
@Injectable()
export class LoadMetrics {
  constructor(registry: MetricsRegistry, load: LoadMonitor) {
    registry.read({
      name: 'jobtrail_load_level',
      help: '0 normal, 1 busy (heavy requests are refused), 2 saturated (all but vital ones and a few are).',
      type: 'gauge',
      aggregator: 'max',
      read: () => LEVELS[load.level],
    });
    registry.read({
      name: 'jobtrail_load_level_entered_total',
      help: 'How often a level of load was entered.',
      type: 'counter',
      read: () => samples('level', Object.entries(load.counts.entered)),
    });
    registry.read({
      name: 'jobtrail_load_shed_requests_total',
      help: 'Requests refused because the process was busy, by kind; light is what is not heavy.',
      type: 'counter',
      // From 0 on, so that the first refusals are an increase.
      read: () => samples('kind', new Map([['light', 0], ...load.counts.refused])),
    });
  }
}

const samples = (label: string, values: Iterable<readonly [string, number]>): Sample[] =>
  [...values].map(([name, value]) => ({ labels: { [label]: name }, value }));
