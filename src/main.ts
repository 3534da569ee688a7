import './begin-process';
import { endOnUncaughtErrors } from './platform/logging/last-words';
import { run } from './start';

endOnUncaughtErrors();
void run(process.env);
