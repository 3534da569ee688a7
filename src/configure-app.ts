import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { callerOf } from './auth';
import { prefixRoutes } from './api-prefix';
import { AppModule } from './app.module';
import { type AppConfig } from './config';
import { DOCS_PATH, setUpOpenApi } from './open-api';
import { acceptImportBodies } from './job-transfer';
import {
  acceptJsonBodies,
  answerFrameworkError,
  closePromptly,
  createValidationPipe,
  cutOffIdleReaders,
  cutOffIdleSenders,
  IDLE_SENDER_AT_SHUTDOWN_MS,
  ProblemFilter,
  requestId,
  securityHeaders,
  UndeclaredInputGuard,
} from './platform/http';
import {
  answerRoutes,
  compressAnswers,
  FrontDesk,
  frontRouteOf,
  LoadShedder,
  openEntrance,
  RouteAnswers,
  serveHitsFirst,
} from './platform/front';
import { Lifecycle } from './platform/lifecycle';
import {
  bindLogToRequests,
  logRequests,
  ProgramLogger,
  REQUEST_LOGGER,
  ROOT_LOGGER,
  type RequestLogOptions,
} from './platform/logging';
import { RequestDurations } from './platform/metrics';

/** Characters; an id has 36, a workflow key at most 50. */
const MAX_PATH_PARAMETER_LENGTH = 200;

/** Looks at connections in the time that a client may take for the head of a request. */
const LOOKS = 4;

const createAdapter = (config: AppConfig): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit: config.http.maxBodyBytes,
    trustProxy: config.http.trustProxy,
    genReqId: requestId,
    frameworkErrors: answerFrameworkError,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_PARAMETER_LENGTH },
    // An import and its answer may take their time: who stalls is cut off by `cutOffIdleSenders` and
    // `cutOffIdleReaders`, and while the head is sent by the server itself.
    connectionTimeout: 0,
    requestTimeout: 0,
    http: {
      headersTimeout: config.http.clientTimeout,
      connectionsCheckingInterval: config.http.clientTimeout / LOOKS,
    },
    keepAliveTimeout: 72_000,
    // What is on its way while the port closes is answered: see `closePromptly`.
    return503OnClosing: false,
  });

/** Headers of answers that pages of other origins may read. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'Retry-After',
  'X-Cache',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-Request-Id',
];

/** What tests set shorter than it is. */
export interface AppTimes {
  /** Milliseconds without a byte until the sender of an unfinished body is cut off; by default `CLIENT_TIMEOUT`. */
  idleSenderMs?: number;
}

/** Has the server tell when it listens, and let its connections go as the program ends. */
const followLife = (
  fastify: FastifyInstance,
  lifecycle: Lifecycle,
  { idleSenderMs, clientTimeout }: { idleSenderMs: number | undefined; clientTimeout: number },
): void => {
  fastify.addHook('onListen', (done) => {
    lifecycle.serving();
    done();
  });
  const door = closePromptly(fastify);
  lifecycle.onDrain(() => door.letGo());
  lifecycle.onOverdue(() => {
    const requests = door.cut();
    if (requests > 0)
      new Logger('Stop').warn({ requests }, 'Requests took longer than SHUTDOWN_TIMEOUT: cut');
  });
  cutOffIdleReaders(fastify.server, clientTimeout);
  const senders = cutOffIdleSenders(fastify.server, idleSenderMs ?? clientTimeout);
  fastify.addHook('preClose', (done) => {
    senders.allowIdle(IDLE_SENDER_AT_SHUTDOWN_MS);
    done();
  });
};

/**
 * Creates the complete application: the same for `npm start`, the container and the tests. It still has to
 * be listened on, or initialised.
 */
export const createApp = async (
  config: AppConfig,
  { idleSenderMs }: AppTimes = {},
): Promise<NestFastifyApplication> => {
  const adapter = createAdapter(config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config), adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(ProgramLogger));
  prefixRoutes(app);
  // After the guards of the modules: who is not logged in learns nothing else.
  app.useGlobalGuards(new UndeclaredInputGuard());
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(config));
  const fastify = app.getHttpAdapter().getInstance();
  // As an answer leaves, since CORS answers preflight requests before any other hook of a request.
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  bindLogToRequests(fastify, app.get(ROOT_LOGGER));
  logRequests(fastify, app.get(REQUEST_LOGGER), requestLogOptions(config));
  followLife(fastify, app.get(Lifecycle), { idleSenderMs, clientTimeout: config.http.clientTimeout });
  app.get(RequestDurations).watch(fastify);
  const security = securityHeaders({ contentSecurityPolicy: contentSecurityPolicy(config) });
  const desk = app.get(FrontDesk);
  desk.nameCallersBy(callerOf(app));
  serveHitsFirst(adapter, desk, {
    ...security,
    vary: 'Origin, Accept-Encoding',
    'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
  });
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(security);
    done();
  });
  app.enableCors({
    origin: [...config.http.corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
  await compressAnswers(app);
  answerRoutes(fastify, app.get(RouteAnswers), app.get(LoadShedder));
  openEntrance(fastify, desk, `${DOCS_PATH}/`);
  acceptJsonBodies(app, config.http.maxBodyBytes);
  acceptImportBodies(fastify);
  setUpOpenApi(app);
  return app;
};

const requestLogOptions = ({ monitoring }: AppConfig): RequestLogOptions => ({
  slow: monitoring.slowRequest,
  verySlow: monitoring.verySlowRequest,
  userOf: (request) => request.front?.callerId,
  isLong: (request) => frontRouteOf(request)?.long === true,
});

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
