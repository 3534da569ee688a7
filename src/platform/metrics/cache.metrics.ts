import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config';
import { AnswerCache, type NamespaceCounts } from '../cache';
import { type Sample } from './metric';
import { MetricsRegistry } from './metrics-registry';

/** The cache of answers and results. */
@Injectable()
export class CacheMetrics {
  constructor(registry: MetricsRegistry, config: AppConfig, answers: AnswerCache) {
    registry.read({
      name: 'jobtrail_cache_requests_total',
      help:
        'What the cache did, by namespace: hit (and where it was found), miss, stale (kept, but no longer true), ' +
        'bypass (past the cache).',
      type: 'counter',
      read: () => [...answers.counts.all()].flatMap(([namespace, counts]) => outcomes(namespace, counts)),
    });
    const gauges: [name: string, help: string, read: () => number][] = [
      ['jobtrail_cache_entries', 'Answers kept in memory.', () => answers.memory.use.keys],
      ['jobtrail_cache_bytes', 'Bytes of the answers kept in memory.', () => answers.memory.use.bytes],
      [
        'jobtrail_cache_max_bytes',
        'Most bytes of answers kept in memory (CACHE_MAX_BYTES).',
        () => config.cache.maxBytes,
      ],
      [
        'jobtrail_cache_room_bytes',
        'Most bytes of answers kept in memory now: less than jobtrail_cache_max_bytes while memory is short.',
        () => answers.memory.room.bytes,
      ],
    ];
    for (const [name, help, read] of gauges) registry.read({ name, help, type: 'gauge', read });
    registry.read({
      name: 'jobtrail_cache_evictions_total',
      help: 'Answers that had to go from memory for want of room.',
      type: 'counter',
      read: () => answers.memory.evictions,
    });
  }
}

const outcomes = (namespace: string, counts: Readonly<NamespaceCounts>): Sample[] => {
  const { hits, hitsInRedis, hitsByTag, misses, stale, bypasses } = counts;
  const sample = (outcome: string, backend: string, value: number): Sample => ({
    labels: { namespace, outcome, backend },
    value,
  });
  return [
    sample('hit', 'memory', hits - hitsInRedis - hitsByTag),
    sample('hit', 'redis', hitsInRedis),
    sample('hit', 'tag', hitsByTag),
    sample('miss', 'none', misses - stale),
    sample('stale', 'none', stale),
    sample('bypass', 'none', bypasses),
  ];
};
