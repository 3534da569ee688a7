import { type BenchDatabase } from './bench-database';
import { type Rounds } from './contest';
import { type BenchOptions } from './options';
import { type Program } from './program';
import { type Section } from './report';

/** What a part of the bench has to work with. */
export interface Bench {
  options: BenchOptions;
  database: BenchDatabase;
  program: Program;
  rounds: Rounds;
}

/** A part of the bench: measures, and gives sections of the report. */
export type Scenario = (bench: Bench) => Promise<Section | Section[]>;
