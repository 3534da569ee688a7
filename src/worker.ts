import './begin-process';
import { endOnUncaughtErrors } from './platform/logging/last-words';
import { runWorker } from './worker/run-worker';

endOnUncaughtErrors();
void runWorker(process.env, process.argv.slice(2));
