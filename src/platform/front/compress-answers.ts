import compress from '@fastify/compress';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { COMPRESS_FROM } from '../cache';
import { withEncoding } from './entity-tags';

/** What the texts of this API and of its documentation are; pictures are compressed already. */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml)|application\/(?:x-ndjson|javascript|yaml)|image\/svg)/;

/** Compressed at once on the way out up to this size, where handing it to another thread costs more. Bytes. */
const AT_ONCE_UP_TO = 16 * 1024;

/** Streams are long and leave as fast as they are compressed: twice as fast as the usual 6, for a tenth more bytes. */
const GZIP_LEVEL = 3;

/**
 * Compresses what the cache has not compressed already: other answers from 1 KB on, and streams, whose reader
 * still sets the pace. A strong tag names bytes, so it gets the suffix of the encoding. Bodies of requests are
 * not decompressed: a small one could become large past every limit. Has to be awaited before routes are added.
 */
export const compressAnswers = async (app: NestFastifyApplication): Promise<void> => {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', leaveSecretsAlone);
  await app.register(compress, {
    encodings: ['br', 'gzip', 'identity'],
    threshold: COMPRESS_FROM,
    syncThreshold: AT_ONCE_UP_TO,
    customTypes: COMPRESSIBLE,
    zlibOptions: { level: GZIP_LEVEL },
    globalDecompression: false,
  });
  // After the hook of the plugin, which adds its own to each route likewise.
  fastify.addHook('onRoute', (route) => {
    if (route.compress === false) return;
    route.onSend = [route.onSend ?? []].flat().concat(tellEncoding);
  });
};

/** Routes with `@Uncompressed()`. */
const leaveSecretsAlone = (route: RouteOptions): void => {
  if (route.config?.front?.uncompressed) route.compress = false;
};

/** Says that the answer depends on what the client accepts, also where it left as it is, and tags it as encoded. */
const tellEncoding = (
  _request: FastifyRequest,
  reply: FastifyReply,
  _payload: unknown,
  done: () => void,
): void => {
  if (COMPRESSIBLE.test(String(reply.getHeader('content-type') ?? ''))) {
    const vary = [reply.getHeader('vary') ?? []].flat().join(', ');
    if (!/accept-encoding/i.test(vary)) {
      void reply.header('vary', vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`);
    }
  }
  const encoding = reply.getHeader('content-encoding');
  const etag = reply.getHeader('etag');
  if ((encoding === 'br' || encoding === 'gzip') && typeof etag === 'string') {
    void reply.header('etag', withEncoding(etag, encoding));
  }
  done();
};
