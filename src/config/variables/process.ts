import { z } from 'zod';
import { integer, variable } from '../variable';

/** The process: where it listens, logs and keeps its data. */
export const processVariables = {
  NODE_ENV: variable({
    schema: z
      .enum(['development', 'test', 'production'], 'must be development, test or production')
      .default('development'),
    meaning: 'What the process is for; `production` demands a `SECRET_KEY` and listens on all interfaces.',
    example: 'production',
  }),
  HOST: variable({
    schema: z.string().optional(),
    meaning: 'Address to listen on.',
    defaultText: '127.0.0.1, in production 0.0.0.0',
    example: '0.0.0.0',
  }),
  PORT: variable({
    schema: integer(0, 65_535).default(3000),
    meaning: 'Port to listen on; 0 picks a free one.',
    example: '3000',
  }),
  DATA_DIR: variable({
    schema: z.string().default('.data'),
    meaning: 'Folder of the embedded Postgres and of the generated secret.',
    example: '.data',
  }),
  LOG_LEVEL: variable({
    schema: z
      .enum(
        ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
        'must be fatal, error, warn, info, debug, trace or silent',
      )
      .default('info'),
    meaning: 'Least important level that is logged.',
    example: 'info',
  }),
  LOG_FILE: variable({
    schema: z.string().optional(),
    meaning:
      'File that the JSON log lines are appended to, instead of standard output; SIGHUP opens it anew, as log rotation needs.',
    defaultText: 'standard output',
    example: 'logs/jobtrail.log',
  }),
} as const;
