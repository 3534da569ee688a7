import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from './metrics-registry';

/** Where the answer to `/metrics` comes from: this process alone, or all worker processes of the instance. */
export abstract class MetricsSource {
  /** The metrics in the text format of Prometheus. */
  abstract text(): Promise<string>;

  /** The content type of `text`. */
  abstract readonly contentType: string;
}

/** The metrics of this process. */
@Injectable()
export class OwnMetrics extends MetricsSource {
  constructor(private readonly registry: MetricsRegistry) {
    super();
  }

  text(): Promise<string> {
    return this.registry.text();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
