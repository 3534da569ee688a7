import { resolve } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded';
import { runCommand } from '../bench/command';
import { parseCommandLine, USAGE, type DatasetCommand } from './command-line';
import { generateDataset } from './generate-dataset';
import { BIG_OWNER_EMAIL, DATASET_PASSWORD } from './owners';
import { terminalProgress } from './progress';

const fill = async (url: string, command: DatasetCommand): Promise<void> => {
  const started = performance.now();
  const progress = terminalProgress();
  try {
    const { jobs, bigOwnerJobs, owners, seed, postings } = command;
    const made = await generateDataset({
      url,
      jobs,
      progress: progress.show,
      ...(bigOwnerJobs !== undefined && { bigOwnerJobs }),
      ...(owners !== undefined && { owners }),
      ...(seed !== undefined && { seed }),
      ...(postings !== undefined && { postings }),
    });
    progress.stop();
    console.log(
      `${made.jobs} jobs with ${made.events} status events of ${made.owners.others.length + 1} owners ` +
        `in ${((performance.now() - started) / 1000).toFixed(1)} s; the trails of ${made.checked} jobs are true.`,
    );
    console.log(`Owner of the most: ${BIG_OWNER_EMAIL}, password ${DATASET_PASSWORD}`);
  } finally {
    progress.stop();
  }
};

const main = async (command: DatasetCommand): Promise<void> => {
  if (command.url !== undefined) return fill(command.url, command);
  const log = (line: string): void => console.error(line);
  const postgres = await startEmbeddedPostgres({ dataDir: resolve(command.dataDir), log });
  try {
    await fill(postgres.url, command);
  } finally {
    await postgres.stop();
  }
};

runCommand({ usage: USAGE, parse: parseCommandLine, main });
