import { defineWork } from '../platform/queue';

/** Most times that the writing of an export is tried again. */
export const EXPORT_RETRIES = 3;

/** The writing of one export. One at a time in a process: each takes two connections and a processor. */
export const WRITE_EXPORT = defineWork<{ exportId: string }>('write-export', {
  retries: EXPORT_RETRIES,
  retryDelay: 10,
  timeout: 2 * 3600,
  concurrency: 1,
});

/** The removal of what nobody may see any more. */
export const EXPIRE_EXPORTS = 'expire-exports';
