import './begin-process';
import { endOnUncaughtErrors } from './platform/logging/last-words';
import { runStatsVerification } from './stats-verification';

const to =
  (stream: NodeJS.WriteStream) =>
  (line: string): void => {
    stream.write(`${line}\n`);
  };

const main = async (): Promise<void> => {
  process.exitCode = await runStatsVerification(process.env, process.argv.slice(2), {
    report: to(process.stdout),
    trouble: to(process.stderr),
  });
  // What could not be opened as a whole may have left something open.
  setTimeout(() => process.exit(), 1_000).unref();
};

endOnUncaughtErrors();
void main();
