import helmet, { type HelmetOptions } from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The headers that `helmet` sets with these options. They are the same for every answer, so they are made once:
 * its middleware puts them together anew for each request, which costs more than a whole answer from the cache.
 * @throws TypeError for options that `helmet` does not take
 */
export const securityHeaders = (options: HelmetOptions): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: unknown): void => {
      headers[name.toLowerCase()] = String(value);
    },
    removeHeader: (name: string): void => {
      headers[name.toLowerCase()] = '';
    },
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error === undefined) return;
    throw error instanceof Error ? error : new TypeError('helmet refuses its options');
  });
  return Object.freeze(Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')));
};
