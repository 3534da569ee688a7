import { type AppConfig } from '../config';

/** What is cut, the end of background work, and the closing of connections may take so long. Milliseconds. */
export const CLOSING = 3_000;

/** And the end of the embedded Postgres, which comes last. Milliseconds. */
const POSTGRES = 2_000;

/** Longest that an orderly end may take: the process ends then all the same. Milliseconds. */
export const longestShutdown = ({ shutdown }: AppConfig): number =>
  shutdown.delay + shutdown.timeout + CLOSING + POSTGRES;
