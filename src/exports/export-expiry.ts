import { Injectable } from '@nestjs/common';
import { Scheduled, type WorkContext } from '../platform/queue';
import { ExportRepository } from './export.repository';
import { EXPIRE_EXPORTS } from './export.work';

/** Parts of files, and exports, that are deleted at a time: neither a long lock nor a long statement. */
const CHUNKS_AT_ONCE = 100;
const EXPORTS_AT_ONCE = 100;

/** Deletes exports that have expired. */
@Injectable()
export class ExportExpiry {
  constructor(private readonly exports: ExportRepository) {}

  /** Goes on batch by batch until nothing is left, or until the worker is to stop. */
  @Scheduled(EXPIRE_EXPORTS, '0 * * * *')
  async run(_data: object, { signal }: Pick<WorkContext, 'signal'>): Promise<void> {
    await this.exports.failForgotten();
    await untilNoneIsLeft(CHUNKS_AT_ONCE, signal, (limit) => this.exports.deleteExpiredChunks(limit));
    await untilNoneIsLeft(EXPORTS_AT_ONCE, signal, (limit) => this.exports.deleteExpired(limit));
  }
}

const untilNoneIsLeft = async (
  limit: number,
  signal: AbortSignal,
  remove: (limit: number) => Promise<number>,
): Promise<void> => {
  do signal.throwIfAborted();
  while ((await remove(limit)) === limit);
};
