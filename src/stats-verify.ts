import { runStatsVerification } from './stats-verification';

void runStatsVerification(process.env, process.argv.slice(2));
