import { runWorker } from './worker/run-worker';

void runWorker(process.env, process.argv.slice(2));
