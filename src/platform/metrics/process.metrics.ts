import { Injectable } from '@nestjs/common';
import { getHeapStatistics } from 'node:v8';
import { version } from '../../../package.json';
import { AppConfig } from '../../config';
import { Lifecycle } from '../lifecycle';
import { ProcessVitals } from '../vitals';
import { MetricsRegistry } from './metrics-registry';

/** What runs, and what it may use. */
@Injectable()
export class ProcessMetrics {
  constructor(registry: MetricsRegistry, config: AppConfig, lifecycle: Lifecycle, vitals: ProcessVitals) {
    const { memory, cpus } = config.resources;
    registry.read({
      name: 'jobtrail_build_info',
      help: 'Always 1; its labels are the versions of the program and of Node.',
      type: 'gauge',
      aggregator: 'first',
      read: () => [{ labels: { version, node: process.versions.node }, value: 1 }],
    });
    registry.read({
      name: 'jobtrail_memory_limit_bytes',
      help: "Memory that the instance may use: its container's limit, else that of the machine.",
      type: 'gauge',
      read: () => memory,
    });
    registry.read({
      name: 'jobtrail_cpu_limit_cores',
      help: 'CPUs that the instance may use.',
      type: 'gauge',
      read: () => cpus,
    });
    registry.read({
      name: 'jobtrail_cpu_usable_cores',
      help: 'CPUs that requests can keep busy: one a process, since they run on one thread, or less where it may use less.',
      type: 'gauge',
      read: () => Math.min(1, cpus),
    });
    registry.read({
      name: 'jobtrail_event_loop_busy_ratio',
      help: 'Part of the last ten seconds that the event loop was at work: at 1 the process can serve no more.',
      type: 'gauge',
      aggregator: 'max',
      read: () => vitals.now().eventLoop.recentUtilization / 100,
    });
    registry.read({
      name: 'jobtrail_draining',
      help: 'Whether the process is to end and wants no more requests (1).',
      type: 'gauge',
      aggregator: 'max',
      read: () => (lifecycle.isDraining ? 1 : 0),
    });
    registry.read({
      name: 'jobtrail_heap_limit_bytes',
      help: "The limit of V8's heap, at which the process ends.",
      type: 'gauge',
      read: () => getHeapStatistics().heap_size_limit,
    });
  }
}
