/** A stretch of time with requests at `rate` a second, or at a rate that goes evenly to `rampTo`. Seconds. */
export interface OpenPhase {
  duration: number;
  rate: number;
  rampTo?: number;
}

/** How many requests are due in all after so many seconds of a phase: the rate, summed up. */
const dueInPhase = ({ duration, rate, rampTo = rate }: OpenPhase, seconds: number): number => {
  const passed = Math.min(seconds, duration);
  return rate * passed + (((rampTo - rate) / duration) * passed ** 2) / 2;
};

/** After how many seconds of a phase the request with this number, from 0 on, is due: the inverse of the sum above. */
const timeInPhase = ({ duration, rate, rampTo = rate }: OpenPhase, number: number): number => {
  const growth = (rampTo - rate) / duration;
  if (growth === 0) return number / rate;
  return (Math.sqrt(rate ** 2 + 2 * growth * number) - rate) / growth;
};

/** When each request is due, in seconds from the beginning; the phases follow one another. */
export function* arrivals(phases: readonly OpenPhase[]): Generator<number> {
  let begin = 0;
  for (const phase of phases) {
    const requests = Math.floor(dueInPhase(phase, phase.duration));
    for (let number = 0; number < requests; number += 1) yield begin + timeInPhase(phase, number);
    begin += phase.duration;
  }
}
