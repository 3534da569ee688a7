/** From this interval on all loops of all processes look at the same times, so that a database can sleep in between. */
const TOGETHER_FROM = 60_000;

/** Milliseconds until the next look at an interval; both in milliseconds. Long intervals end at multiples of them in UTC. */
export const untilNextLook = (interval: number, now = Date.now()): number =>
  interval < TOGETHER_FROM ? interval : interval - (now % interval);
