import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LoggerModule } from 'nestjs-pino';
import { pino } from 'pino';
import { AppConfig } from '../../config';
import { AuditLog } from './audit-log';
import { errorLine, openLog } from './log';
import { LogOutput } from './log-output';
import { ProgramLogger } from './program-logger';
import { REQUEST_LOGGER } from './request-log';

/** What of a request is logged: never headers, bodies or query texts, which may hold secrets and personal data. */
const requestLine = (request: FastifyRequest): Record<string, unknown> => ({
  id: request.id,
  method: request.method,
  path: request.url.split('?', 1)[0],
});

/** Structured JSON logs. */
@Global()
@Module({})
export class LoggingModule {
  static forRoot(config: AppConfig): DynamicModule {
    const { level } = config.log;
    const { root, out } = openLog(config);
    const logger = LoggerModule.forRoot({
      forRoutes: ['{*path}'],
      // Lines that are logged during a request carry its id; the request itself is logged by `logRequests`.
      pinoHttp: {
        logger: root,
        autoLogging: false,
        genReqId: (request) => request.id,
        serializers: { req: requestLine, err: errorLine },
      },
    });
    return {
      module: LoggingModule,
      imports: [logger],
      providers: [
        AuditLog,
        ProgramLogger, // Its lines hold nothing to redact, and looking for it costs more than writing them.
        { provide: LogOutput, useValue: out },
        { provide: REQUEST_LOGGER, useValue: pino({ level }, out) },
      ],
      exports: [logger, AuditLog, LogOutput, ProgramLogger, REQUEST_LOGGER],
    };
  }
}
