import { Presets, SingleBar } from 'cli-progress';
import { type DatasetOptions } from './generate-dataset';

const TITLES = {
  rows: 'Jobs',
  indexes: 'Keys and indexes',
  counts: 'Counts',
  vacuum: 'Vacuum',
  check: 'Check',
};

/** Shows the stages of the generator as bars on the terminal; as plain lines where there is none. */
export const terminalProgress = (): { show: NonNullable<DatasetOptions['progress']>; stop: () => void } => {
  let stage: string | undefined;
  let bar: SingleBar | undefined;
  return {
    show: (name, done, total) => {
      if (name !== stage) {
        bar?.stop();
        stage = name;
        bar = new SingleBar(
          {
            format: `${TITLES[name].padEnd(16)} {bar} {percentage} % | {value}/{total} | {duration_formatted}`,
            noTTYOutput: true,
            notTTYSchedule: 10_000,
            stream: process.stderr,
          },
          Presets.shades_classic,
        );
        bar.start(total, done);
      }
      bar?.update(done);
    },
    stop: () => bar?.stop(),
  };
};
