import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../bench/processes';

/** Where the scenarios are. */
export const SCENARIOS = join(ROOT, 'load-tests', 'artillery', 'scenarios');

/** What Artillery is given, in the folder of a run. */
export const SCRIPT = 'script.json';

/** Longest phase of a quick run in seconds, and most that arrives in it a second. */
const QUICK = { seconds: 3, rate: 5, openRate: 100, connections: 50, loops: 2 };

/** A stretch of time of a scenario; seconds, arrivals a second. */
export interface Phase {
  name?: string;
  duration?: number;
  pause?: number;
  arrivalRate?: number;
  arrivalCount?: number;
  rampTo?: number;
  /** Of a scenario for the open model. */
  rate?: number;
}

/** What Artillery's own plugin checks in the end. */
export interface Ensure {
  thresholds?: Record<string, number>[];
  conditions?: { expression: string; strict?: boolean }[];
}

/** Bounds of the program's own figures; `cacheHitPercent` is a lower one. */
export type ProductThresholds = Partial<
  Record<
    | 'rssMegabytes'
    | 'cpuPercent'
    | 'memoryPercent'
    | 'connectionsPercent'
    | 'cacheHitPercent'
    | 'rssGrowthMegabytesPerHour'
    | 'heapGrowthMegabytesPerHour',
    number
  >
>;

/** A scenario, as far as it is looked into here. */
export interface Script {
  config: {
    target: string;
    processor?: string;
    phases: Phase[];
    payload: { path: string };
    ensure: Ensure;
    /** Not Artillery's: what the program is started with, and what its own figures are held to. */
    product: { environment?: Record<string, string>; thresholds?: ProductThresholds };
  };
  scenarios: {
    name: string;
    engine?: string;
    open?: { connections: number; phases: Phase[] };
    flow: Record<string, unknown>[];
  }[];
}

/** A scenario with what its first line says about it. */
export interface Scenario {
  file: string;
  description: string;
  script: Script;
}

/** Names of all scenarios. */
export const scenarioNames = (): string[] =>
  readdirSync(SCENARIOS)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => name.slice(0, -'.yml'.length))
    .sort();

/** @throws Error that names those there are */
export const readScenario = (name: string): Scenario => {
  if (!scenarioNames().includes(name))
    throw new Error(`No scenario ${name}; there are: ${scenarioNames().join(', ')}`);
  const file = join(SCENARIOS, `${name}.yml`);
  const text = readFileSync(file, 'utf8');
  return { file, description: /^# (.*)$/m.exec(text)?.[1] ?? '', script: parse(text) as Script };
};

const quickPhase = (phase: Phase): Phase => {
  const short = {
    ...phase,
    ...(phase.duration !== undefined && { duration: Math.min(phase.duration, QUICK.seconds) }),
    ...(phase.pause !== undefined && { pause: 1 }),
    ...(phase.arrivalRate !== undefined && { arrivalRate: Math.min(phase.arrivalRate, QUICK.rate) }),
    ...(phase.rate !== undefined && { rate: Math.min(phase.rate, QUICK.openRate) }),
  };
  if (phase.rampTo !== undefined)
    short.rampTo = Math.min(phase.rampTo, phase.rate === undefined ? QUICK.rate : QUICK.openRate);
  return short;
};

/** The same in a few seconds: all steps, hardly any load; times no longer decide. */
export const quickened = (script: Script): Script => {
  const { config, scenarios } = script;
  const { thresholds = [], conditions = [] } = config.ensure;
  const told = thresholds.flatMap((bound) =>
    Object.entries(bound).map(([metric, most]) => ({ expression: `${metric} < ${most}`, strict: false })),
  );
  return {
    ...script,
    config: {
      ...config,
      phases: config.phases.map(quickPhase),
      ensure: { conditions: [...conditions, ...told] },
    },
    scenarios: scenarios.map((one) => ({
      ...one,
      ...(one.open && {
        open: {
          connections: Math.min(one.open.connections, QUICK.connections),
          phases: one.open.phases.map(quickPhase),
        },
      }),
      flow: one.flow.map((step) =>
        typeof step.count === 'number' ? { ...step, count: Math.min(step.count, QUICK.loops) } : step,
      ),
    })),
  };
};

/** Checks that are told and decide nothing, as Artillery names them. */
export const undecisive = ({ script }: Scenario): string[] =>
  (script.config.ensure.conditions ?? []).flatMap(({ expression, strict }) =>
    strict === false ? [expression] : [],
  );

/** Writes what Artillery is to run: against this address, with these users. @returns the file */
export const writeScript = (
  { file, script }: Scenario,
  folder: string,
  target: string,
  usersFile: string,
): string => {
  const { config } = script;
  const written = join(folder, SCRIPT);
  const resolved = {
    ...script,
    config: {
      ...config,
      target,
      payload: { ...config.payload, path: resolve(usersFile) },
      ...(config.processor !== undefined && { processor: resolve(dirname(file), config.processor) }),
    },
  };
  writeFileSync(written, JSON.stringify(resolved, null, 2));
  return written;
};
