import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { documentFront } from './platform/front';
import { version } from '../package.json';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Response = Extract<Operation['responses'][string], { description: string }>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const REQUEST_ID_HEADER = {
  description: 'The id of the request, as the log has it: its own `X-Request-Id`, else a new one.',
  schema: { type: 'string' as const, example: '5b0d7c1e-0f0c-4d0e-9f39-4b6a3c0f8a11' },
};

const REPLAYED_HEADER = {
  description: 'Present where this is the repetition of the first answer to the `Idempotency-Key`.',
  schema: { type: 'string' as const, enum: ['true'] },
};

/** The OpenAPI document of the application, as served and as committed in `docs/openapi.json`. */
export const createOpenApiDocument = (app: NestFastifyApplication): OpenAPIObject => {
  const options = new DocumentBuilder()
    .setTitle('Jobtrail')
    .setDescription('Track jobs through statuses; every change of status is an immutable event.')
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: '`METRICS_TOKEN`' }, 'metrics')
    .build();
  const document = SwaggerModule.createDocument(app, options, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').replace(/^./, (letter) => letter.toLowerCase())}_${method}`,
  });
  for (const operation of operationsOf(document)) complete(operation);
  return document;
};

const operationsOf = (document: OpenAPIObject): Operation[] =>
  Object.values(document.paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));

/** Adds what holds for every operation alike, and says of a public one that it is public. */
const complete = (operation: Operation): void => {
  operation.security ??= [];
  documentFront(operation);
  const idempotent = operation.parameters?.some(
    (parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key',
  );
  for (const [status, response] of Object.entries(operation.responses) as [string, Response][]) {
    response.headers = { 'X-Request-Id': REQUEST_ID_HEADER, ...response.headers };
    // What may be repeated: all but 5xx, and what is found out before the key is looked at.
    if (idempotent && !/^(5..|401|413|415|429)$/.test(status))
      response.headers['Idempotency-Replayed'] = REPLAYED_HEADER;
  }
};

/** Where Swagger's page is; its scripts and styles are below. */
export const DOCS_PATH = '/api/docs';

/** Serves Swagger's page at `/api/docs` and the document at `/api/docs-json`. */
export const setUpOpenApi = (app: NestFastifyApplication): void => {
  SwaggerModule.setup(DOCS_PATH, app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
    yamlDocumentUrl: 'api/docs-yaml',
    customSiteTitle: 'Jobtrail API',
    swaggerOptions: { persistAuthorization: true },
  });
};
