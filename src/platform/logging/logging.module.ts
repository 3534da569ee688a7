import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LoggerModule } from 'nestjs-pino';
import { destination, type DestinationStream } from 'pino';
import { AppConfig } from '../../config';
import { ProgramLogger } from './program-logger';

/** What of a request is logged: never headers, bodies or query texts, which may hold secrets and personal data. */
const requestLine = (request: FastifyRequest): Record<string, unknown> => ({
  id: request.id,
  method: request.method,
  path: request.url.split('?', 1)[0],
});

const responseLine = (response: FastifyReply): Record<string, unknown> => ({ status: response.statusCode });

/**
 * What of an error is logged. Errors of the database carry values: TypeORM's the parameters of the statement,
 * Postgres's the whole row in `detail`. Those are left out; the constraint and the code tell enough.
 */
const errorLine = (
  error: Error & { code?: unknown; constraint?: unknown; cause?: unknown },
): Record<string, unknown> => ({
  type: error.name,
  message: error.message,
  code: error.code,
  constraint: error.constraint,
  stack: error.stack,
  ...(error.cause instanceof Error ? { cause: errorLine(error.cause) } : {}),
});

const logDestination = (file: string | undefined): DestinationStream =>
  destination(
    file === undefined ? { fd: 1, sync: false } : { dest: file, append: true, mkdir: true, sync: false },
  );

/** Structured JSON logs, one line a request with its id, duration and status code. */
@Global()
@Module({})
export class LoggingModule {
  static forRoot(config: AppConfig): DynamicModule {
    const logger = LoggerModule.forRoot({
      forRoutes: ['{*path}'],
      pinoHttp: [
        {
          level: config.log.level,
          genReqId: (request) => request.id,
          serializers: { req: requestLine, res: responseLine, err: errorLine },
          customLogLevel: (_request, response, error) => {
            if (error !== undefined || response.statusCode >= 500) return 'error';
            return 'info';
          },
          customSuccessMessage: () => 'request',
          customErrorMessage: () => 'request failed',
          customAttributeKeys: { responseTime: 'durationMs' },
          redact: ['password', 'token', 'refreshToken', '*.password', '*.token', '*.refreshToken'],
        },
        logDestination(config.log.file),
      ],
    });
    return {
      module: LoggingModule,
      imports: [logger],
      providers: [ProgramLogger],
      exports: [logger, ProgramLogger],
    };
  }
}
