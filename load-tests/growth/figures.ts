import { type Outcome } from '../bench/contest';
import { type SubjectName } from './subjects';
import { roundedOf, type Rounded } from './verdicts';

/** The same requests one at a time, and under many clients where they are meant for that. */
export interface Pair {
  alone: Outcome;
  crowd: Outcome | undefined;
}

/** A scenario with one subject. */
export interface Measured extends Pair {
  scenario: string;
  subject: SubjectName;
}

/** One word that is searched for among the jobs of the owner with the most, one request at a time. */
export interface WordFigures {
  what: string;
  words: string;
  /** Jobs that match. */
  matches: number;
  alone: Outcome;
}

/** A table (with what it keeps out of line) or an index. Bytes. */
export interface Relation {
  name: string;
  /** Of the index. */
  table?: string;
  bytes: number;
}

/** All that was measured with one size of the database. */
export interface SizeFigures {
  /** Jobs in the dataset. */
  jobs: number;
  /** On what and how, as text. */
  circumstances: string;
  /** Jobs in the lists of a subject, on average. */
  listed: Partial<Record<SubjectName, number>>;
  /** What costs the same at every size, measured in turns with each scenario. */
  baselines: Record<string, Pair>;
  measured: Measured[];
  words: WordFigures[];
  relations: Relation[];
  /** Events that earlier runs had appended when the relations were measured. Default none. */
  appended?: number;
}

/** CPU time of a request in the program and in Postgres, microseconds; NaN where it is not known. */
export const cpuOf = ({ serverCpu, postgresCpu }: Outcome): number => (serverCpu ?? Number.NaN) + postgresCpu;

/** CPU time of a request under many clients; one at a time where it is not measured under many. */
export const cpuOfPair = ({ alone, crowd }: Pair): number => cpuOf(crowd ?? alone);

/** `cpuOfPair` with the range of its rounds. */
export const cpuRounds = (pair: Pair): Rounded =>
  roundedOf(cpuOfPair(pair), (pair.crowd ?? pair.alone).spread?.cpu);

/** p50 of requests one at a time with the range of its rounds. Milliseconds. */
export const p50Rounds = ({ alone }: Pair): Rounded => roundedOf(alone.p50, alone.spread?.p50);
