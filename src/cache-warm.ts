import { runCacheWarming } from './cache-warming/run-cache-warming';

void runCacheWarming(process.env, process.argv.slice(2));
