import { errorsOf, type ArtilleryReport } from '../report/artillery-report';
import { type Verdict } from '../report/run-record';
import { type Sample } from '../report/sample';
import { type Measured, type RunFacts } from './record';
import { type Ensure, type Scenario } from './scenario';

const MEGABYTE = 1024 * 1024;

const CONDITION = /^([\w.-]+) (<=|<|==) ([\d.]+)$/;

/** What a metric of Artillery came to: a counter, or a percentile of a summary such as `list.p95`. */
const measuredOf = ({ aggregate }: ArtilleryReport, metric: string): number | undefined => {
  const dot = metric.lastIndexOf('.');
  const summary = aggregate.summaries[metric.slice(0, dot)] as Record<string, unknown> | undefined;
  const figure = summary?.[metric.slice(dot + 1)];
  return typeof figure === 'number' ? figure : aggregate.counters[metric];
};

/** What Artillery's plugin would say of its own figures. A condition that is not understood has not held. */
export const checkedAgain = (artillery: ArtilleryReport, ensure: Ensure): Verdict[] => {
  const { thresholds = [], conditions = [] } = ensure;
  const bounds = thresholds.flatMap(Object.entries) as [string, number][];
  const all = [
    ...bounds.map(([metric, most]) => ({ expression: `${metric} < ${most}`, strict: true })),
    ...conditions,
  ];
  return all.map(({ expression, strict }) => {
    const [, metric = '', operator, bound] = CONDITION.exec(expression) ?? [];
    const measured = measuredOf(artillery, metric) ?? Number.NaN;
    const most = Number(bound);
    const held =
      operator === '<' ? measured < most : operator === '==' ? measured === most : measured <= most;
    return { what: expression, held, binding: strict !== false };
  });
};

/** Of a small machine, what the samples tell. */
const limitsSeen = (samples: readonly Sample[]): { lines: string[]; verdicts: Verdict[] } => {
  const last = samples.at(-1);
  if (last?.group === undefined) return { lines: [], verdicts: [] };
  const megabytes = (bytes: number): number => bytes / MEGABYTE;
  const most = Math.max(...samples.map(({ group }) => group?.bound ?? 0));
  const limit = megabytes(last.group.limit);
  const seen = megabytes(last.memoryLimit);
  const verdicts = [
    {
      what: `memory that the program sees in MiB == ${limit}`,
      held: seen === limit,
      binding: true,
      measured: seen,
    },
  ];
  const cores = last.cpuLimit === 1 ? '1 core' : `${last.cpuLimit} cores`;
  return {
    lines: [
      `small machine by control groups: ${cores}, ${limit} MiB of memory with the page cache, of which at most ` +
        `${megabytes(most).toFixed(0)} MiB could not be taken back; ` +
        'where each process ran, and whether one was ended for want of memory, was not kept',
    ],
    verdicts,
  };
};

/**
 * What can be told of a run that kept no record of its own, by what it measured.
 * @param scenario as it is now, or as it was run
 */
export const factsOfEarlier = (
  scenario: Scenario,
  name: string,
  quick: boolean,
  { artillery, samples }: Measured,
): RunFacts => {
  const { config } = scenario.script;
  const limits = limitsSeen(samples);
  const errors = errorsOf(artillery).reduce((total, [, count]) => total + count, 0);
  return {
    scenario: name,
    description: scenario.description,
    command: `npm run load -- ${name} --again${quick ? ' --quick' : ''}`,
    circumstances: [
      ...samples.slice(0, 1).map(({ at }) => new Date(at).toISOString()),
      'judged anew by its samples and the figures of Artillery: machine, versions and dataset were not kept',
      ...limits.lines,
    ],
    quick,
    thresholds: config.product.thresholds ?? {},
    checked: checkedAgain(artillery, config.ensure),
    seen: [
      ...limits.verdicts,
      { what: 'errors that Artillery counted == 0', held: errors === 0, binding: true, measured: errors },
    ],
  };
};
