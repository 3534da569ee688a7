import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RedisLink } from '../redis';
import { AnswerCache } from './answers';
import { CachePresence } from './presence';
import { CacheInvalidator, CacheResults, ResultCache } from './results';
import { MemoryVersions, RedisVersions } from './versions';
import { Channel, MemoryChannel, RedisChannel, WriteAnnouncer } from './writes';

/** Versions of what is cached, the announcing of writes, and the answers. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    AnswerCache,
    CacheInvalidator,
    CachePresence,
    CacheResults,
    MemoryVersions,
    ResultCache,
    WriteAnnouncer,
    {
      provide: RedisVersions,
      inject: [RedisLink],
      useFactory: (link: RedisLink | undefined) => (link === undefined ? undefined : new RedisVersions(link)),
    },
    {
      provide: Channel,
      inject: [RedisLink, RedisVersions, MemoryVersions, CachePresence],
      useFactory: (
        link: RedisLink | undefined,
        shared: RedisVersions | undefined,
        own: MemoryVersions,
        presence: CachePresence,
      ): Channel =>
        link === undefined || shared === undefined
          ? new MemoryChannel(own, presence)
          : new RedisChannel(link, shared, presence),
    },
  ],
  exports: [AnswerCache, CacheInvalidator, CachePresence, MemoryVersions, RedisVersions, WriteAnnouncer],
})
export class CacheModule {}
