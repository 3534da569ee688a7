export { Channel } from './channel';
export { MemoryChannel } from './memory-channel';
export { RedisChannel } from './redis-channel';
export { WriteAnnouncer } from './write-announcer';
