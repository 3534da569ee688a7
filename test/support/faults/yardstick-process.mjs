/**
 * Does a fixed piece of work all the while and tells how long each took: more than the work itself is what the machine
 * kept this process waiting for. Ends with its parent.
 */

/** CPU time of one piece: about that of a request. Microseconds. */
const WORK = 2_000;

/** Between two pieces. Milliseconds. */
const PAUSE = 50;

const used = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const measure = () => {
  const began = performance.now();
  const end = used() + WORK;
  while (used() < end);
  // Nobody may be there any more to hear of it.
  process.send?.(performance.now() - began, undefined, undefined, () => undefined);
};

process.on('disconnect', () => process.exit());
setInterval(measure, PAUSE);
