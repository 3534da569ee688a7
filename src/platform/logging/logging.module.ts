import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LoggerModule } from 'nestjs-pino';
import { destination, type DestinationStream } from 'pino';
import { AppConfig } from '../../config';

/** What of a request is logged: never headers, bodies or query texts, which may hold secrets and personal data. */
const requestLine = (request: FastifyRequest): Record<string, unknown> => ({
  id: request.id,
  method: request.method,
  path: request.url.split('?', 1)[0],
});

const responseLine = (response: FastifyReply): Record<string, unknown> => ({ status: response.statusCode });

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
          serializers: { req: requestLine, res: responseLine },
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
    return { module: LoggingModule, imports: [logger], exports: [logger] };
  }
}
