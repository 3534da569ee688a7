import { type z } from 'zod';
import { accountVariables } from './variables/accounts';
import { cacheVariables } from './variables/cache';
import { databaseVariables } from './variables/database';
import { metricsVariables } from './variables/metrics';
import { monitoringVariables } from './variables/monitoring';
import { healthVariables } from './variables/health';
import { processVariables } from './variables/process';
import { processesVariables } from './variables/processes';
import { rateLimitVariables } from './variables/rate-limit';
import { redisVariables } from './variables/redis';
import { requestVariables } from './variables/requests';
import { shutdownVariables } from './variables/shutdown';
import { workerVariables } from './variables/worker';

/**
 * Every environment variable of the product: type, default, meaning, example.
 * `.env.example` and the README's table are generated from this record (`npm run config:docs`).
 */
export const environmentVariables = {
  ...processVariables,
  ...processesVariables,
  ...databaseVariables,
  ...accountVariables,
  ...requestVariables,
  ...redisVariables,
  ...cacheVariables,
  ...rateLimitVariables,
  ...workerVariables,
  ...healthVariables,
  ...shutdownVariables,
  ...metricsVariables,
  ...monitoringVariables,
} as const;

/** Name of a known environment variable. */
export type VariableName = keyof typeof environmentVariables;

/** The parsed environment, one property a variable. */
export type Environment = {
  [Name in VariableName]: z.output<(typeof environmentVariables)[Name]['schema']>;
};
