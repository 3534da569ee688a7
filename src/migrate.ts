import { runMigrate } from './migrate/run-migrate';

void runMigrate(process.env, (line) => process.stderr.write(`${line}\n`)).then((code) => {
  process.exitCode = code;
});
