/** A place where the next call of a method stops until the test lets it go on. */
export interface Gate {
  /** Resolves when a call has stopped here. */
  readonly reached: Promise<void>;
  /** Lets it, and all later calls, go on. Safe to call twice. */
  open(): void;
}

type Method = (...args: never[]) => Promise<unknown>;

/**
 * Stops the next call of `holder[name]` before it does its work, or `after` that before its caller learns of it.
 * @param matches which calls stop; all others go on
 */
export const stopAt = <Name extends string>(
  holder: Record<Name, Method>,
  name: Name,
  when: 'before' | 'after',
  matches: (...args: unknown[]) => boolean = () => true,
): Gate => {
  const original = holder[name];
  let arrive = (): void => undefined;
  let release = (): void => undefined;
  let waiting = true;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (release = resolve));
  const stopped: Method = async (...args) => {
    if (!waiting || !matches(...args)) return original.apply(holder, args);
    waiting = false;
    const result = when === 'after' ? await original.apply(holder, args) : undefined;
    arrive();
    await opened;
    return when === 'after' ? result : original.apply(holder, args);
  };
  holder[name] = stopped;
  const open = (): void => {
    waiting = false;
    // What is inherited from the prototype is to be seen again.
    if (holder[name] === stopped) Reflect.deleteProperty(holder, name);
    release();
  };
  return { reached, open };
};
