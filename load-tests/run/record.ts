import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ArtilleryReport } from '../report/artillery-report';
import { type RunRecord, type Verdict } from '../report/run-record';
import { type Sample } from '../report/sample';
import { PROFILE, type RunProfile } from './profile/profiling';
import { type ProductThresholds } from './scenario';
import { productVerdicts, withMeasured } from './verdicts';

/** What of a run is in neither its samples nor the figures of Artillery: `record.json` beside them. */
export interface RunFacts extends Pick<RunRecord, 'scenario' | 'description' | 'command' | 'circumstances'> {
  /** Whether the program's own figures decide. */
  quick: boolean;
  thresholds: ProductThresholds;
  /** What Artillery checked, as it names it. */
  checked: Verdict[];
  /** What could be seen at the end of the run alone: limits that were in force, how Artillery ended. */
  seen: Verdict[];
}

/** What was measured in a run. */
export interface Measured {
  artillery: ArtilleryReport;
  samples: Sample[];
  profile?: RunProfile | undefined;
}

/** Judges a run. @returns all that its report is made of */
export const judged = (facts: RunFacts, { artillery, samples, profile }: Measured): RunRecord => ({
  scenario: facts.scenario,
  description: facts.description,
  command: facts.command,
  circumstances: facts.circumstances,
  artillery,
  samples,
  profile,
  verdicts: [
    ...withMeasured(artillery, facts.checked),
    ...productVerdicts(facts.thresholds, samples, !facts.quick),
    ...facts.seen,
  ],
});

const FACTS = 'record.json';
const SAMPLES = 'samples.json';

/** Artillery's own file in the folder of a run. */
export const ARTILLERY = 'artillery.json';

/** A file of the folder; nothing where there is none. @throws Error for one that is no JSON */
export const readJson = <T>(folder: string, file: string): T | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Keeps what a run sampled, at once: the rest of it may fail yet. */
export const writeSamples = (folder: string, samples: readonly Sample[]): void =>
  writeFileSync(join(folder, SAMPLES), JSON.stringify(samples));

/** Keeps what is to be known of a run, to judge it again. */
export const writeFacts = (folder: string, facts: RunFacts): void =>
  writeFileSync(join(folder, FACTS), JSON.stringify(facts, null, 2));

/** @returns nothing for a run of which they were not kept */
export const readFacts = (folder: string): RunFacts | undefined => readJson<RunFacts>(folder, FACTS);

/** What a run left in its folder. @throws Error where it left nothing */
export const readMeasured = (folder: string): Measured => {
  const artillery = readJson<ArtilleryReport>(folder, ARTILLERY);
  const samples = readJson<Sample[]>(folder, SAMPLES);
  if (artillery === undefined || samples === undefined)
    throw new Error(`No run to judge in ${folder}: it needs ${SAMPLES} and ${ARTILLERY}`);
  return { artillery, samples: samples.map(revived), profile: readJson<RunProfile>(folder, PROFILE) };
};

/** JSON has no infinity: the last bucket has no bound. */
const revived = (sample: Sample): Sample => ({
  ...sample,
  buckets: sample.buckets.map(({ le, count }: { le: number | null; count: number }) => ({
    le: le ?? Number.POSITIVE_INFINITY,
    count,
  })),
});
