import { type Environment } from './environment';

/** How the process ends. Milliseconds. */
export interface ShutdownConfig {
  /** Between the signal to end and the closing of the port. */
  readonly delay: number;
  /** What is under way may then take so long to end. */
  readonly timeout: number;
}

/** By default: so long load balancers take in production, and nobody waits for in development. Seconds. */
const DELAY = { production: 5, otherwise: 0 };

/** The shutdown part of the configuration. */
export const shutdownConfig = (environment: Environment): ShutdownConfig => {
  const standard = environment.NODE_ENV === 'production' ? DELAY.production : DELAY.otherwise;
  return {
    delay: (environment.SHUTDOWN_DELAY ?? standard) * 1000,
    timeout: environment.SHUTDOWN_TIMEOUT * 1000,
  };
};
