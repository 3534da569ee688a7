import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { CACHE_RESULT, type CachedResult } from './cache-result.decorator';
import { ResultCache } from './result-cache';

type Method = (...args: unknown[]) => Promise<unknown>;

/** Puts the cache before every provider's method that has `@CacheResult()`. */
@Injectable()
export class CacheResults implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly cache: ResultCache,
  ) {}

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders() as { instance: unknown }[]) {
      if (typeof instance !== 'object' || instance === null) continue;
      const prototype = Object.getPrototypeOf(instance) as object | null;
      if (prototype === null || prototype === Object.prototype) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) this.wrap(instance, name);
    }
  }

  private wrap(instance: object, name: string): void {
    const holder = instance as Record<string, Method>;
    const method = holder[name];
    if (typeof method !== 'function') return;
    const options = this.reflector.get<CachedResult | undefined>(CACHE_RESULT, method);
    if (options === undefined) return;
    const label = `${instance.constructor.name}.${name}`;
    holder[name] = (...args) => this.cache.result(label, options, args, () => method.apply(instance, args));
  }
}
