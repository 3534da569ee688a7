import { AppConfig, parseEnvironment } from '../../src/config';
import { createApp } from '../../src/configure-app';
import { TEST_SECRET_KEY } from './test-app';
import { createTestDatabase } from './test-database';

/** What serves the documentation itself; it does not document itself. */
const DOCUMENTATION = /^\/api\/docs(?:$|\/|-json$|-yaml$)/;

/**
 * The routes that the program really has, such as `GET /api/jobs/{id}`, asked of Fastify while they are added. Without
 * HEAD and OPTIONS, which go with the others, and without the documentation.
 */
export const realRoutes = async (): Promise<string[]> => {
  const database = await createTestDatabase();
  const environment = parseEnvironment({ NODE_ENV: 'test', LOG_LEVEL: 'silent' });
  const app = await createApp(
    new AppConfig(environment, { databaseUrl: database.url, secretKey: TEST_SECRET_KEY }),
  );
  const routes = new Set<string>();
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) routes.add(`${name} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
  try {
    await app.init();
    await fastify.ready();
  } finally {
    await app.close();
    await database.drop();
  }
  return [...routes]
    .filter((route) => !/^(HEAD|OPTIONS) /.test(route) && !DOCUMENTATION.test(route.split(' ')[1] ?? ''))
    .sort();
};
