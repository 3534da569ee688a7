import { environmentVariables, type Environment, type VariableName } from './environment';
import { HEALTH_METRICS, type HealthMetric } from './health-config';
import { type Variable } from './variable';

/** A wrong or missing environment variable; the message is meant for the person who starts the program. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Phrases one problem: the variable, what is wrong, and a value that would do. Never the value itself: it may be secret. */
export const describeProblem = (name: VariableName, reason: string): string =>
  `${name}: ${reason}. Example: ${name}=${environmentVariables[name].example}`;

const parseVariable = (name: VariableName, raw: string | undefined, problems: string[]): unknown => {
  const { schema, secret }: Variable = environmentVariables[name];
  const blank = raw === undefined || raw.trim() === '';
  const result = schema.safeParse(blank ? undefined : secret ? raw : raw.trim());
  if (result.success) return result.data;
  const reason = result.error.issues.map((issue) => issue.message).join(', ');
  problems.push(describeProblem(name, reason));
  return undefined;
};

const crossChecks = (environment: Environment): string[] => {
  const problems: string[] = [];
  if (environment.NODE_ENV === 'production' && environment.SECRET_KEY === undefined) {
    problems.push(describeProblem('SECRET_KEY', 'is required in production, at least 32 bytes'));
  }
  if ((environment.ADMIN_EMAIL === undefined) !== (environment.ADMIN_PASSWORD === undefined)) {
    const missing = environment.ADMIN_EMAIL === undefined ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD';
    problems.push(describeProblem(missing, 'is missing: ADMIN_EMAIL and ADMIN_PASSWORD go together'));
  }
  if (environment.DEFAULT_PAGE_LIMIT > environment.MAX_PAGE_LIMIT) {
    problems.push(describeProblem('DEFAULT_PAGE_LIMIT', 'must not exceed MAX_PAGE_LIMIT'));
  }
  if (environment.VERY_SLOW_REQUEST_MS < environment.SLOW_REQUEST_MS) {
    problems.push(describeProblem('VERY_SLOW_REQUEST_MS', 'must not be below SLOW_REQUEST_MS'));
  }
  problems.push(...redisCheck(environment));
  const { MEMORY_HIGH_PERCENT: high, MEMORY_CRITICAL_PERCENT: critical } = environment;
  if (critical !== 0 && critical < high) {
    problems.push(describeProblem('MEMORY_CRITICAL_PERCENT', 'must not be below MEMORY_HIGH_PERCENT'));
  }
  for (const metric of HEALTH_METRICS) {
    const name = `HEALTH_${metric.toUpperCase() as Uppercase<HealthMetric>}` as const;
    if (environment[`${name}_WARNING`] >= environment[`${name}_CRITICAL`])
      problems.push(describeProblem(`${name}_WARNING`, `must be below ${name}_CRITICAL`));
  }
  return problems;
};

/** Processes that serve the same users must know of each other's changes, as instances do. */
const redisCheck = (environment: Environment): string[] => {
  const { WEB_CONCURRENCY: processes, REDIS_URL: url, REDIS_ENABLED: enabled } = environment;
  if (processes === 1 || (url !== undefined && enabled)) return [];
  return [
    describeProblem('REDIS_URL', 'is required where WEB_CONCURRENCY is above 1, and REDIS_ENABLED too'),
  ];
};

/**
 * Reads and checks the environment. An empty variable counts as not set; unknown variables are ignored.
 * @throws ConfigurationError naming every wrong variable at once.
 */
export const parseEnvironment = (source: NodeJS.ProcessEnv): Environment => {
  const problems: string[] = [];
  const names = Object.keys(environmentVariables) as VariableName[];
  const parsed = Object.fromEntries(names.map((name) => [name, parseVariable(name, source[name], problems)]));
  const environment = parsed as Environment;
  if (problems.length === 0) problems.push(...crossChecks(environment));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
};
