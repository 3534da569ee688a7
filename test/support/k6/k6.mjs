/** The part of k6's module `k6` that scripts here use; what happens is kept for whoever runs them. */
export const checks = {};
export const sleeps = [];

/** Every check is counted as kept or broken; true if all of them were kept. */
export const check = (value, conditions) => {
  let all = true;
  for (const [name, condition] of Object.entries(conditions)) {
    const kept = Boolean(condition(value));
    const count = (checks[name] ??= { kept: 0, broken: 0 });
    count[kept ? 'kept' : 'broken'] += 1;
    all &&= kept;
  }
  return all;
};

export const group = (_name, work) => work();

/** Seconds; nobody waits. */
export const sleep = (seconds) => {
  sleeps.push(seconds);
};
