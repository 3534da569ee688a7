/** A CPU profile as V8 writes it (Chrome DevTools Protocol, `Profiler.Profile`). Times in microseconds. */
export interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame }[];
  startTime: number;
  /** Ids of nodes, and how long before each of them the one before it was taken. */
  samples: number[];
  timeDeltas: number[];
}

interface CallFrame {
  functionName: string;
  /** Empty for what is no JavaScript. */
  url: string;
  lineNumber: number;
}

/** From when until when, on the clock of `process.hrtime`, which V8 uses as well. Microseconds. */
export interface Window {
  from: number;
  to: number;
}

/** What took a share of the time that the process was busy in, itself and not by what it called. */
export interface Share {
  name: string;
  /** Of 1. */
  share: number;
}

/** Where the time of a program went. */
export interface ProgramTime {
  /** How long it was looked at, and how long its processes together were not idle. Milliseconds. */
  observed: number;
  busy: number;
  /** Rooms of the program, packages, modules of Node, and what is outside of JavaScript. */
  parts: Share[];
  functions: Share[];
}

/** Those that take the most are told. */
const MOST_PARTS = 16;
const MOST_FUNCTIONS = 20;

const OUTSIDE: Readonly<Record<string, string>> = {
  '(program)': 'outside JavaScript: the kernel, libuv, V8',
  '(garbage collector)': 'garbage collection',
};

/**
 * What a function belongs to.
 * @param program URL of the folder of the compiled program, with its last slash
 */
export const partOf = ({ functionName, url }: CallFrame, program: string): string => {
  if (url === '') return OUTSIDE[functionName] ?? `native: ${functionName}`;
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  if (name !== undefined) return name;
  if (!url.startsWith(program)) return url;
  return `program: ${url.slice(program.length).split('/').slice(0, 2).join('/')}`;
};

const functionOf = (frame: CallFrame, program: string): string => {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  const file = frame.url.slice(frame.url.lastIndexOf('/') + 1);
  return frame.url === '' ? name : `${name} (${partOf(frame, program)}, ${file}:${frame.lineNumber + 1})`;
};

/** Microseconds by the node that they were spent in, within the window. */
const timeByNode = (
  { samples, timeDeltas, startTime }: CpuProfile,
  { from, to }: Window,
): Map<number, number> => {
  const times = new Map<number, number>();
  let now = startTime;
  samples.forEach((node, index) => {
    now += timeDeltas[index] ?? 0;
    // A sample stands for the time until the next one.
    const time = timeDeltas[index + 1] ?? 0;
    if (now >= from && now < to) times.set(node, (times.get(node) ?? 0) + time);
  });
  return times;
};

const sum = (times: Iterable<number>): number => [...times].reduce((all, time) => all + time, 0);

const shares = (times: ReadonlyMap<string, number>, busy: number, most: number): Share[] =>
  [...times]
    .map(([name, time]) => ({ name, share: time / busy }))
    .sort((a, b) => b.share - a.share)
    .slice(0, most);

/**
 * What the time of a program went to.
 * @param profiles of its processes, together
 * @param window what lies beside it, such as the start, is left out
 * @param program URL of the folder of the compiled program, with its last slash
 */
export const programTime = (
  profiles: readonly CpuProfile[],
  window: Window,
  program: string,
): ProgramTime => {
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let [observed, busy] = [0, 0];
  for (const profile of profiles) {
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
    const times = timeByNode(profile, window);
    observed = Math.max(observed, sum(times.values()));
    for (const [node, time] of times) {
      const frame = frames.get(node);
      if (frame === undefined || frame.functionName === '(idle)') continue;
      busy += time;
      const [part, called] = [partOf(frame, program), functionOf(frame, program)];
      parts.set(part, (parts.get(part) ?? 0) + time);
      functions.set(called, (functions.get(called) ?? 0) + time);
    }
  }
  return {
    observed: observed / 1000,
    busy: busy / 1000,
    parts: shares(parts, busy, MOST_PARTS),
    functions: shares(functions, busy, MOST_FUNCTIONS),
  };
};
