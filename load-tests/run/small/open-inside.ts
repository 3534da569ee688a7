import { startEmbeddedPostgres } from '../../../src/platform/database/embedded';
import { openDatabase, type BenchDatabase, type DatasetChoice } from '../../bench/bench-database';
import { forgetPages } from './page-cache';
import { type SmallMachine } from './small-machine';

/** Makes the dataset if it is not there, with the whole machine; nothing of it is left running or in memory. */
export const prepareDataset = async (choice: DatasetChoice): Promise<void> => {
  const prepared = await openDatabase(choice);
  const { dataDir } = prepared.postgres;
  await prepared.stop();
  if (!forgetPages(dataDir))
    console.error("Pages of the data that were read before count to no small machine: GNU's dd is missing.");
};

/** Starts Postgres with a dataset within a small machine. */
export const openInside = (machine: SmallMachine, choice: DatasetChoice): Promise<BenchDatabase> =>
  openDatabase(choice, {}, (options) => machine.within(() => startEmbeddedPostgres(options)));
