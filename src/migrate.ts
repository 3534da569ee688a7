import './begin-process';
import { runMigrate } from './migrate/run-migrate';
import { endOnUncaughtErrors } from './platform/logging/last-words';

endOnUncaughtErrors();
void runMigrate(process.env, (line) => process.stderr.write(`${line}\n`)).then((code) => {
  process.exitCode = code;
});
