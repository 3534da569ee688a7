import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of the application, as served and as committed in `docs/openapi.json`. */
export const createOpenApiDocument = (app: NestFastifyApplication): OpenAPIObject => {
  const options = new DocumentBuilder()
    .setTitle('Jobtrail')
    .setDescription('Track jobs through statuses; every change of status is an immutable event.')
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .build();
  return SwaggerModule.createDocument(app, options, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').replace(/^./, (letter) => letter.toLowerCase())}_${method}`,
  });
};

/** Serves Swagger's page at `/api/docs` and the document at `/api/docs-json`. */
export const setUpOpenApi = (app: NestFastifyApplication): void => {
  SwaggerModule.setup('api/docs', app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
    yamlDocumentUrl: 'api/docs-yaml',
    customSiteTitle: 'Jobtrail API',
    swaggerOptions: { persistAuthorization: true },
  });
};
