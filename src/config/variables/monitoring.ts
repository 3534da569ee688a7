import { z } from 'zod';
import { flag, integer, variable } from '../variable';

const MEBIBYTE = 1024 * 1024;

/** Percent, where 0 switches off. */
const percent = () => integer(0, 100);

/** What the process notices of itself, and what it says and does then. */
export const monitoringVariables = {
  SLOW_REQUEST_MS: variable({
    schema: integer(1, 3_600_000).default(1000),
    meaning:
      'Milliseconds from which a request is logged as slow, level `warn`. Imports and exports, which take as long as their data, are not.',
    example: '1000',
  }),
  VERY_SLOW_REQUEST_MS: variable({
    schema: integer(1, 3_600_000).default(5000),
    meaning:
      'Milliseconds from which a slow request is logged at level `error`; not below `SLOW_REQUEST_MS`.',
    example: '5000',
  }),
  SLOW_QUERY_MS: variable({
    schema: integer(1, 3_600_000).default(1000),
    meaning: 'Milliseconds from which a query is logged as slow, by its name and without its values.',
    example: '1000',
  }),
  LOG_QUERIES: variable({
    schema: flag().default(false),
    meaning:
      'Whether each query is logged by its name, with its time and rows and without its values. For development.',
    example: 'true',
  }),
  RESOURCE_REPORT_INTERVAL: variable({
    schema: integer(0, 3600).default(30),
    meaning: 'Seconds between two log lines on the resources of the process; 0 logs none.',
    example: '30',
  }),
  CPU_PROFILE_PERCENT: variable({
    schema: percent().default(85),
    meaning:
      'CPU use in percent of what the process may use, or of the time that its event loop is at work, from which a profile is taken; on average over `CPU_PROFILE_AFTER`. 0 takes none.',
    example: '85',
  }),
  CPU_PROFILE_AFTER: variable({
    schema: integer(1, 3600).default(60),
    meaning: 'Seconds that this average is taken over.',
    example: '60',
  }),
  CPU_PROFILE_SECONDS: variable({
    schema: integer(1, 60).default(10),
    meaning: 'Length in seconds of a profile that is taken so.',
    example: '10',
  }),
  CPU_PROFILE_PAUSE: variable({
    schema: integer(1, 604_800).default(3600),
    meaning: 'Least seconds between the beginnings of two such profiles.',
    example: '3600',
  }),
  DIAGNOSTICS_DIR: variable({
    schema: z.string().optional(),
    meaning: 'Folder that the process keeps such profiles in.',
    defaultText: 'the folder `diagnostics` in `DATA_DIR`',
    example: '/var/lib/jobtrail/diagnostics',
  }),
  DIAGNOSTICS_MAX_FILES: variable({
    schema: integer(1, 1000).default(10),
    meaning: 'Most profiles in that folder; the oldest go first.',
    example: '10',
  }),
  DIAGNOSTICS_MAX_BYTES: variable({
    schema: integer(MEBIBYTE, 64 * 1024 * MEBIBYTE).default(100 * MEBIBYTE),
    meaning: 'Most bytes of profiles in that folder; the oldest go first.',
    example: '104857600',
  }),
  MEMORY_HIGH_PERCENT: variable({
    schema: percent().default(85),
    meaning:
      'Memory in percent of what the process may use, or heap in percent of its limit, from which that is logged and the cache in memory is halved; 0: never.',
    example: '85',
  }),
  MEMORY_CRITICAL_PERCENT: variable({
    schema: percent().default(92),
    meaning:
      'The same in percent from which it is logged at level `error` and the cache is halved again; not below `MEMORY_HIGH_PERCENT`. 0: never.',
    example: '92',
  }),
  MEMORY_GROWTH_MINUTES: variable({
    schema: integer(1, 1440).default(10),
    meaning: 'Minutes in which, or in up to six times which, memory is watched for steady growth.',
    example: '10',
  }),
  MEMORY_GROWTH_PERCENT: variable({
    schema: integer(0, 1000).default(25),
    meaning: 'Growth in percent in that time from which it is logged; 0: never.',
    example: '25',
  }),
} as const;
