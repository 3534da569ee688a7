import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { prefixRoutes } from '../../src/api-prefix';
import { AppModule } from '../../src/app.module';
import { AppConfig, parseEnvironment } from '../../src/config';
import { createOpenApiDocument } from '../../src/open-api';

/** Where the document is committed, from the top folder. */
export const OPEN_API_FILE = 'docs/openapi.json';

/** In the order of the keys: what is moved around in the source is no change of the contract. */
const sorted = <T>(record: Record<string, T> | undefined): Record<string, T> =>
  Object.fromEntries(Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The OpenAPI document as text, made from the code alone: in Nest's preview mode nothing is instantiated, so no
 * database is needed. Paths and schemas are in alphabetical order, properties in the order of their class.
 */
export const openApiText = async (): Promise<string> => {
  const config = new AppConfig(parseEnvironment({}), {
    databaseUrl: 'postgres://localhost/not-connected',
    secretKey: 'not a secret: nothing is signed here',
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config),
    new FastifyAdapter(),
    { preview: true, logger: false, abortOnError: false },
  );
  prefixRoutes(app);
  const { paths, components, ...document } = createOpenApiDocument(app);
  const text = JSON.stringify(
    {
      ...document,
      paths: sorted(paths),
      components: { ...components, schemas: sorted(components?.schemas) },
    },
    undefined,
    2,
  );
  return `${text}\n`;
};
