import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Logger } from 'pino';

/**
 * For what has to leave a trace however little else is logged: who took what out of the process. Its lines are in the
 * log at every `LOG_LEVEL` but `silent`.
 */
@Injectable()
export class AuditLog {
  constructor(private readonly pino: PinoLogger) {}

  /** A logger from level `info` on. Its lines carry the id of the request during which it is asked for. */
  in(context: string): Logger {
    const { logger } = this.pino;
    return logger.child({ context }, logger.level === 'silent' ? {} : { level: 'info' });
  }
}
