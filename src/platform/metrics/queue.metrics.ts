import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config';
import { QueueFigures, type QueueFigure, type QueueState } from '../queue';
import { type Sample } from './metric';
import { MetricsRegistry } from './metrics-registry';
import { RareReading } from './rare-reading';

/** The queue in Postgres, as all processes share it: each of them tells the same. */
@Injectable()
export class QueueMetrics {
  constructor(registry: MetricsRegistry, config: AppConfig, queue: QueueFigures) {
    const reading = new RareReading(() => queue.read());
    const gauge = (name: string, help: string, read: (state: QueueState) => Sample[]): void =>
      registry.read({
        name,
        help,
        type: 'gauge',
        aggregator: 'max',
        read: async () => {
          const state = await reading.figures();
          return state === undefined ? [] : read(state);
        },
      });
    gauge(
      'jobtrail_queue_jobs',
      'Work in the queue by kind and state: waiting (due), put_off, running, failed (dead, kept for 30 days).',
      ({ works }) => works.flatMap(statesOf),
    );
    gauge(
      'jobtrail_queue_oldest_seconds',
      'How long the work has been due that has waited longest; 0 where none waits.',
      ({ works }) =>
        works.map(({ name, oldestSeconds }) => ({ labels: { work: name }, value: oldestSeconds })),
    );
    gauge(
      'jobtrail_queue_upkeep_age_seconds',
      'Time since any worker last saw to the queue, which a running one does every minute.',
      ({ upkeepSeconds }) => (upkeepSeconds === null ? [] : [{ labels: {}, value: upkeepSeconds }]),
    );
    registry.read({
      name: 'jobtrail_queue_readable',
      help: 'Whether the figures of the queue could be read (1), past the pool; if not, they are absent.',
      type: 'gauge',
      aggregator: 'max',
      read: async () => ((await reading.figures()) === undefined ? 0 : 1),
    });
    registry.read({
      name: 'jobtrail_worker_poll_interval_seconds',
      help: 'WORKER_POLL_INTERVAL: how often an idle worker looks for work.',
      type: 'gauge',
      aggregator: 'max',
      read: () => config.worker.pollInterval / 1000,
    });
    registry.read({
      name: 'jobtrail_worker_enabled',
      help: 'Whether this process works on the queue (1); npm run worker is a process without metrics of its own.',
      type: 'gauge',
      read: () => (config.worker.enabled ? 1 : 0),
    });
  }
}

const statesOf = ({ name, waiting, putOff, running, failed }: QueueFigure): Sample[] =>
  Object.entries({ waiting, put_off: putOff, running, failed }).map(([state, value]) => ({
    labels: { work: name, state },
    value,
  }));
