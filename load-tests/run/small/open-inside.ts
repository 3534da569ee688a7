import { startEmbeddedPostgres } from '../../../src/platform/database/embedded';
import { openDatabase, type BenchDatabase, type DatasetChoice } from '../../bench/bench-database';
import { forgetPages } from './page-cache';
import { type SmallMachine } from './small-machine';

/**
 * Makes the dataset if it is not there, with the whole machine; nothing of it is left running or in memory.
 * @returns what the report has to tell
 */
export const prepareDataset = async (choice: DatasetChoice): Promise<string[]> => {
  const prepared = await openDatabase(choice);
  const { dataDir } = prepared.postgres;
  await prepared.stop();
  const reason = forgetPages(dataDir);
  if (reason === undefined) return [];
  const note = `pages of the data that were read before may count to no small machine (${reason})`;
  console.error(note);
  return [note];
};

/**
 * Starts Postgres with a dataset within a small machine.
 * @param settings further ones of Postgres
 */
export const openInside = (
  machine: SmallMachine,
  choice: DatasetChoice,
  settings?: Readonly<Record<string, string>>,
): Promise<BenchDatabase> =>
  openDatabase(choice, settings, (options) => machine.within(() => startEmbeddedPostgres(options)));
