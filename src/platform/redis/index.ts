export { luaScript, type LuaScript } from './lua-script';
export { type RedisClient } from './redis-connection';
export { RedisAway, RedisLink } from './redis-link';
export { RedisModule } from './redis.module';
export { READ_PATIENCE, type RedisSession } from './redis-session';
export { within } from './within';
