import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ExportFileStream } from './export-file.stream';
import { ExportRepository } from './export.repository';

/** Without a part for so long, a download is cut. Milliseconds. */
const STALL_AFTER = 60_000;

/** The same once the program is to end. Milliseconds. */
const STALL_AFTER_AT_SHUTDOWN = 1_000;

/** Files on their way to clients. */
@Injectable()
export class ExportDownloads implements BeforeApplicationShutdown {
  /** Milliseconds without a part after which a new download counts as stalled. */
  stallAfter = STALL_AFTER;

  private readonly open = new Set<ExportFileStream>();

  constructor(private readonly exports: ExportRepository) {}

  /** How many there are. */
  get underWay(): number {
    return this.open.size;
  }

  /**
   * The file as a stream, in constant memory.
   * @param compressed as it is kept, by gzip; else as it was written
   */
  begin(id: string, chunks: number, { compressed }: { compressed: boolean }): Readable {
    const parts = new ExportFileStream(chunks, (seq) => this.exports.chunk(id, seq), this.stallAfter);
    this.open.add(parts);
    parts.once('close', () => this.open.delete(parts));
    return compressed ? parts : pipeline(parts, createGunzip(), () => undefined);
  }

  /** Who still reads may do so to the end; who does not read would keep the server from closing. */
  beforeApplicationShutdown(): void {
    this.stallAfter = Math.min(this.stallAfter, STALL_AFTER_AT_SHUTDOWN);
    for (const download of this.open) download.stallAfter(this.stallAfter);
  }
}
