import { type OtherFigures } from '../report/sample';
import { sharedOnceBytes } from './small/processes';
import { type SmallMachine } from './small/small-machine';

/** Samples from one reading of Postgres's memory to the next: Linux goes through all pages of all its processes for it. */
const RARELY = 10;

/** What is sampled beside what the program tells of itself: Postgres's memory, and the small machine that holds both. */
export const otherFigures = (
  postgresPid: number,
  machine: SmallMachine | undefined,
): (() => OtherFigures) => {
  let samples = 0;
  return () => {
    const figures = machine?.figures();
    const rare = samples % RARELY === 0;
    samples += 1;
    return {
      ...(rare && { postgres: sharedOnceBytes(postgresPid) }),
      ...(figures && {
        group: {
          limit: figures.memoryLimit,
          memory: figures.memory,
          bound: figures.bound,
          cpu: figures.cpu,
        },
      }),
    };
  };
};
