import './begin-process';
import { runCacheWarming } from './cache-warming/run-cache-warming';
import { endOnUncaughtErrors } from './platform/logging/last-words';

endOnUncaughtErrors();
void runCacheWarming(process.env, process.argv.slice(2));
