import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import {
  HANDLES_WORK,
  REPEATED,
  type HandledWork,
  type RepeatedMethod,
  type RepeatedOptions,
  type WorkHandler,
} from './handlers.decorator';

/** A kind of work and the method that does it. */
export interface Handler extends HandledWork {
  readonly handle: WorkHandler<object>;
}

/** A method that is called again and again. */
export interface Repetition extends RepeatedOptions {
  readonly run: RepeatedMethod;
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** The methods that have `@HandlesWork`, `@Scheduled` or `@Repeated`, by name. */
@Injectable()
export class Handlers implements OnModuleInit {
  readonly work = new Map<string, Handler>();
  readonly repeated = new Map<string, Repetition>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error when two methods claim the same name */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders() as { instance: unknown }[]) {
      if (typeof instance !== 'object' || instance === null) continue;
      const prototype = Object.getPrototypeOf(instance) as object | null;
      if (prototype === null || prototype === Object.prototype) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) this.look(instance, name);
    }
  }

  private look(instance: object, name: string): void {
    const method = (instance as Record<string, unknown>)[name];
    if (typeof method !== 'function') return;
    const call: Method = (...args) => (method as Method).apply(instance, args);
    const handled = this.reflector.get<HandledWork | undefined>(HANDLES_WORK, method);
    if (handled !== undefined)
      add(this.work, handled.work.name, {
        ...handled,
        handle: (data, context) => call(data, context).then(nothing),
      });
    const repeated = this.reflector.get<RepeatedOptions | undefined>(REPEATED, method);
    if (repeated !== undefined)
      add(this.repeated, repeated.name, {
        ...repeated,
        run: (signal) => call(signal).then((more) => more === true),
      });
  }
}

const nothing = (): void => undefined;

const add = <T>(map: Map<string, T>, name: string, entry: T): void => {
  if (map.has(name)) throw new Error(`Two methods do the work ${name}`);
  map.set(name, entry);
};
