import helmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module';
import { type AppConfig } from './config';
import { setUpOpenApi } from './open-api';
import { acceptImportBodies } from './job-transfer';
import {
  acceptJsonBodies,
  answerFrameworkError,
  createValidationPipe,
  ProblemFilter,
  requestId,
} from './platform/http';

/** Characters; an id has 36, a workflow key at most 50. */
const MAX_PATH_PARAMETER_LENGTH = 200;

const createAdapter = (config: AppConfig): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit: config.http.maxBodyBytes,
    trustProxy: config.http.trustProxy,
    genReqId: requestId,
    frameworkErrors: answerFrameworkError,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_PARAMETER_LENGTH },
    // Slow senders are cut off; an import may take its time, since bytes keep coming.
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
  });

/**
 * Creates the complete application: the same for `npm start`, the container and the tests. It still has to
 * be listened on, or initialised.
 */
export const createApp = async (config: AppConfig): Promise<NestFastifyApplication> => {
  const adapter = createAdapter(config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config), adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.setGlobalPrefix('api');
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(config));
  app.enableCors({
    origin: [...config.http.corsOrigins],
    exposedHeaders: ['ETag', 'Location', 'X-Request-Id', 'Idempotency-Replayed', 'Retry-After'],
    maxAge: 600,
  });
  await app.register(helmet, { contentSecurityPolicy: contentSecurityPolicy(config) });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  acceptJsonBodies(app, config.http.maxBodyBytes);
  acceptImportBodies(fastify);
  setUpOpenApi(app);
  return app;
};

/** Swagger's page needs inline styles; over plain HTTP on a laptop nothing may be upgraded to HTTPS. */
const contentSecurityPolicy = (config: AppConfig) => ({
  directives: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    scriptSrc: ["'self'"],
    upgradeInsecureRequests: config.production ? [] : null,
  },
});
