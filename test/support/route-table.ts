import { type RouteOptions } from 'fastify';
import { AppConfig, parseEnvironment } from '../../src/config';
import { createApp } from '../../src/configure-app';
import { TEST_SECRET_KEY } from './test-app';
import { createTestDatabase } from './test-database';

/** What serves the documentation itself; it does not document itself. */
const DOCUMENTATION = /^\/api\/docs(?:$|\/|-json$|-yaml$)/;

/** A route as Fastify is told of it. */
type AddedRoute = Pick<RouteOptions, 'config' | 'method' | 'url'>;

/** The routes that take as long as their data, such as `GET /api/jobs/export`. */
export const longRoutes = (): Promise<string[]> => routesWhere(({ config }) => config?.front?.long === true);

/**
 * The routes that the program really has, such as `GET /api/jobs/{id}`, asked of Fastify while they are added. Without
 * HEAD and OPTIONS, which go with the others, and without the documentation.
 */
export const realRoutes = (): Promise<string[]> => routesWhere(() => true);

const routesWhere = async (holds: (route: AddedRoute) => boolean): Promise<string[]> => {
  const database = await createTestDatabase();
  const environment = parseEnvironment({ NODE_ENV: 'test', LOG_LEVEL: 'silent' });
  const app = await createApp(
    new AppConfig(environment, { databaseUrl: database.url, secretKey: TEST_SECRET_KEY }),
  );
  const routes = new Set<string>();
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', ({ method, url, config }) => {
    if (!holds({ method, url, config })) return;
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
