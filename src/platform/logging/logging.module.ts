import { Global, Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { pino } from 'pino';
import { AppConfig } from '../../config';
import { AuditLog } from './audit-log';
import { errorLine, openLog } from './log';
import { LogOutput } from './log-output';
import { ProgramLogger } from './program-logger';
import { ROOT_LOGGER } from './request-context';
import { REQUEST_LOGGER } from './request-log';

/** Structured JSON logs. */
@Global()
@Module({})
export class LoggingModule {
  static forRoot(config: AppConfig): DynamicModule {
    const { level } = config.log;
    const { root, out } = openLog(config);
    const logger = LoggerModule.forRoot({
      // Its middleware goes nowhere: requests are bound to the log by `bindLogToRequests`.
      forRoutes: [],
      pinoHttp: { logger: root, serializers: { err: errorLine } },
    });
    return {
      module: LoggingModule,
      imports: [logger],
      providers: [
        AuditLog,
        ProgramLogger,
        { provide: LogOutput, useValue: out },
        { provide: ROOT_LOGGER, useValue: root },
        // Its lines hold nothing to redact, and looking for it costs more than writing them.
        { provide: REQUEST_LOGGER, useValue: pino({ level }, out) },
      ],
      exports: [logger, AuditLog, LogOutput, ProgramLogger, ROOT_LOGGER, REQUEST_LOGGER],
    };
  }
}
