import { type Phase, type Script } from './scenario';

/** What a run changes of a scenario. */
export interface Adaptation {
  /** Longest that a phase may last, in seconds. */
  seconds: number | undefined;
  /** Arrivals a second times this; what comes by number, as twenty at once, stays. */
  rate: number;
}

const adaptedPhase = (phase: Phase, { seconds, rate }: Adaptation): Phase => ({
  ...phase,
  ...(phase.duration !== undefined && { duration: Math.min(phase.duration, seconds ?? phase.duration) }),
  ...(phase.arrivalRate !== undefined && { arrivalRate: phase.arrivalRate * rate }),
  ...(phase.rate !== undefined && { rate: phase.rate * rate }),
  ...(phase.rampTo !== undefined && { rampTo: phase.rampTo * rate }),
});

/** The same steps and bounds, shorter or with more or fewer users. */
export const adapted = ({ config, scenarios }: Script, adaptation: Adaptation): Script => ({
  config: { ...config, phases: config.phases.map((phase) => adaptedPhase(phase, adaptation)) },
  scenarios: scenarios.map((one) => ({
    ...one,
    ...(one.open && {
      open: { ...one.open, phases: one.open.phases.map((phase) => adaptedPhase(phase, adaptation)) },
    }),
  })),
});
