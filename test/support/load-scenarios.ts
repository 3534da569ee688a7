import { readScenario, scenarioNames, type Scenario } from '../../load-tests/run/scenario';

/** One request of a scenario. */
export interface ScenarioRequest {
  /** Upper case. */
  method: string;
  /** Path with its query, as in the file. */
  url: string;
  name?: string;
  json?: Record<string, unknown>;
  headers?: Record<string, string>;
  capture?: { json: string; as: string }[];
  expect?: { statusCode?: number; equals?: string[] };
}

/** All scenarios by name. */
export const allScenarios = (): [name: string, scenario: Scenario][] =>
  scenarioNames().map((name) => [name, readScenario(name)]);

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const requestsIn = (flow: readonly Record<string, unknown>[]): ScenarioRequest[] =>
  flow.flatMap((step) => {
    const { loop } = step;
    if (Array.isArray(loop)) return requestsIn(loop as Record<string, unknown>[]);
    return Object.entries(step)
      .filter(([key]) => METHODS.includes(key))
      .map(([key, request]) => ({ ...(request as ScenarioRequest), method: key.toUpperCase() }));
  });

/** Requests of each flow of a scenario, in turn. */
export const flowsOf = ({ script }: Scenario): { name: string; requests: ScenarioRequest[] }[] =>
  script.scenarios.map(({ name, flow }) => ({ name, requests: requestsIn(flow) }));
