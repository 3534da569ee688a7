import './begin-process';
import { runDemo } from './demo/run-demo';
import { endOnUncaughtErrors } from './platform/logging/last-words';

endOnUncaughtErrors();
void runDemo(process.env);
