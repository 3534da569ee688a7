import { Unavailable } from '../http';
import { type SupervisorLink } from '../processes';
import { type MetricsRegistry } from './metrics-registry';
import { MetricsSource } from './metrics-source';

/** The metrics of all processes of the instance, whichever of them is asked; their supervisor puts them together. */
export class InstanceMetrics extends MetricsSource {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly supervisor: SupervisorLink,
  ) {
    super();
    supervisor.onReport(() => registry.values());
  }

  /** @throws Unavailable when the supervisor does not answer: the numbers of one process would be taken for those of all */
  async text(): Promise<string> {
    const text = await this.supervisor.metricsOfAll();
    if (text === undefined) throw new Unavailable('The metrics of the processes cannot be put together.');
    return text;
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
