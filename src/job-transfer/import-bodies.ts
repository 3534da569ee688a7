import type { FastifyInstance } from 'fastify';
import { readsAsItComes, UnsupportedMediaType } from '../platform/http';

/** Content types of an import, handed to the route as a stream. */
export const IMPORT_CONTENT_TYPES = ['text/csv', 'application/x-ndjson'];

/** Lets the import route, and no other, receive CSV and NDJSON as a stream. */
export const acceptImportBodies = (fastify: FastifyInstance): void => {
  fastify.addContentTypeParser(IMPORT_CONTENT_TYPES, (request, payload, done) => {
    if (request.routeOptions.url?.replace(/\/$/, '').endsWith('/jobs/import')) {
      readsAsItComes(request.raw);
      done(null, payload);
    } else done(new UnsupportedMediaType('application/json'));
  });
};
