import { quickened, type Phase, type Scenario, type Script } from './scenario';

/** What a run changes of a scenario. */
export interface Adaptation {
  /** Longest that a phase or a pause may last, in seconds. */
  seconds: number | undefined;
  /** Phases last this times as long, unless `seconds` ends them before; pauses stay. */
  times: number;
  /** Arrivals a second times this; what comes by number, as twenty at once, stays. */
  rate: number;
}

const adaptedPhase = (phase: Phase, { seconds, times, rate }: Adaptation): Phase => ({
  ...phase,
  ...(phase.duration !== undefined && { duration: Math.min(phase.duration * times, seconds ?? Infinity) }),
  ...(phase.pause !== undefined && { pause: Math.min(phase.pause, seconds ?? phase.pause) }),
  ...(phase.arrivalRate !== undefined && { arrivalRate: phase.arrivalRate * rate }),
  ...(phase.rate !== undefined && { rate: phase.rate * rate }),
  ...(phase.rampTo !== undefined && { rampTo: phase.rampTo * rate }),
});

/** The same steps and bounds, shorter or longer, or with more or fewer users. */
export const adapted = ({ config, scenarios }: Script, adaptation: Adaptation): Script => ({
  config: { ...config, phases: config.phases.map((phase) => adaptedPhase(phase, adaptation)) },
  scenarios: scenarios.map((one) => ({
    ...one,
    ...(one.open && {
      open: { ...one.open, phases: one.open.phases.map((phase) => adaptedPhase(phase, adaptation)) },
    }),
  })),
});

/** What is run of a scenario: adapted, and shortened where that is asked for. */
const prepared = ({ script }: Scenario, adaptation: Adaptation, quick: boolean): Script => {
  const whole = adapted(script, adaptation);
  return quick ? quickened(whole) : whole;
};

/**
 * The scenario as it is to run.
 * @throws Error for what would change nothing of it, and would yet stand in the report
 */
export const prepareScenario = (scenario: Scenario, adaptation: Adaptation, quick: boolean): Scenario => {
  const { seconds, times, rate } = adaptation;
  const script = prepared(scenario, adaptation, quick);
  const same = (without: Adaptation): boolean =>
    JSON.stringify(prepared(scenario, without, quick)) === JSON.stringify(script);
  const which = quick ? 'a quick run of this scenario' : 'this scenario';
  if (rate !== 1 && same({ ...adaptation, rate: 1 }))
    throw new Error(
      `--rate ${rate} changes nothing of ${which}: no arrivals come by a rate that it lowers or raises`,
    );
  if (seconds !== undefined && same({ ...adaptation, seconds: undefined }))
    throw new Error(`--seconds ${seconds} changes nothing of ${which}: no phase lasts longer`);
  if (times !== 1 && same({ ...adaptation, times: 1 }))
    throw new Error(
      `--times ${times} changes nothing of ${which}: no phase lasts for a time that it changes`,
    );
  return { ...scenario, script };
};
