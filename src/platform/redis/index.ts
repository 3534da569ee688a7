export { luaScript, type LuaScript } from './lua-script';
export { RedisAway, RedisLink } from './redis-link';
export { RedisModule } from './redis.module';
export { type RedisClient, type RedisSession } from './redis-session';
export { within } from './within';
