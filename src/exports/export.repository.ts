import { Injectable } from '@nestjs/common';
import { type ExportFormat } from '../job-transfer';
import { Database } from '../platform/database';
import { type ExportStanding } from './dto/export.dto';
import { type Export } from './export.entity';
import * as sql from './export.statements';

/** What was asked for. */
export interface ExportRequest {
  id: string;
  ownerId: string;
  format: ExportFormat;
  events: boolean;
  filters: object;
}

/** The writing of an export: only the attempt that was begun last can write. */
export interface ExportAttempt extends Omit<ExportRequest, 'filters'> {
  attempt: number;
  filters: Record<string, unknown>;
}

/** What is needed to send a file. */
export interface FinishedExport {
  format: ExportFormat;
  takenAt: Date;
  chunks: number;
  /** Compressed. */
  bytes: number;
}

/** What an owner may keep: so many files, and so many bytes of them together. */
export interface Kept {
  files: number;
  /** Compressed. */
  bytes: number;
}

/** Files of one owner that are kept until their time: a week of them would fill the disk. */
export const MAX_KEPT: Readonly<Kept> = { files: 10, bytes: 2 * 1024 ** 3 };

type Row<T> = T & Record<string, unknown>;

/** Exports and their files in the database. */
@Injectable()
export class ExportRepository {
  kept = MAX_KEPT;

  constructor(private readonly database: Database) {}

  /** How many exports of an owner are neither done nor failed. Others who ask wait until the transaction ends. */
  async unfinished(ownerId: string): Promise<number> {
    await this.database.query(sql.LOCK_OWNER, [ownerId]);
    return (await this.database.queryOne<{ count: number }>(sql.COUNT_UNFINISHED, [ownerId])).count;
  }

  /** The owner's files beyond `kept` expire, the oldest first. After `unfinished`, in its transaction. */
  async expireBeyond(ownerId: string): Promise<void> {
    await this.database.query(sql.EXPIRE_BEYOND, [ownerId, this.kept.files, this.kept.bytes]);
  }

  /** Keeps a request; it is queued. */
  insert({ id, ownerId, format, events, filters }: ExportRequest): Promise<ExportStanding> {
    const values = [id, ownerId, format, events, JSON.stringify(filters)];
    return this.database.queryOne<Row<ExportStanding>>(sql.INSERT, values);
  }

  /** An owner's export that has not expired. */
  async find(ownerId: string, id: string): Promise<ExportStanding | undefined> {
    return (await this.database.read<Row<ExportStanding>>(sql.FIND, [id, ownerId]))[0];
  }

  /** The same, if its file is there. */
  async findFile(ownerId: string, id: string): Promise<FinishedExport | undefined> {
    return (await this.database.read<Row<FinishedExport>>(sql.FIND_FILE, [id, ownerId]))[0];
  }

  /** A part of a file; `undefined` where it has been deleted meanwhile. */
  async chunk(id: string, seq: number): Promise<Buffer | undefined> {
    return (await this.database.read<{ data: Buffer }>(sql.READ_CHUNK, [id, seq]))[0]?.data;
  }

  /** Begins an attempt, and ends those before with all that they have written; `undefined`: there is nothing to write. */
  begin(id: string): Promise<ExportAttempt | undefined> {
    return this.database.transaction(async () => {
      const [begun] = await this.database.query<Row<ExportAttempt>>(sql.BEGIN, [id]);
      // A statement of its own, which sees what was committed while the first waited for its row.
      if (begun !== undefined) await this.database.query(sql.DELETE_CHUNKS, [id]);
      return begun;
    });
  }

  /** Where its writing stands now; `undefined`: it has been deleted. */
  async attemptOf(id: string): Promise<Pick<Export, 'state' | 'attempt'> | undefined> {
    return (await this.database.read<Row<Pick<Export, 'state' | 'attempt'>>>(sql.FIND_ATTEMPT, [id]))[0];
  }

  /** Keeps how many jobs there will be. */
  async counted({ id, attempt }: ExportAttempt, total: number): Promise<boolean> {
    return (await this.database.query(sql.COUNTED, [id, attempt, total])).length === 1;
  }

  /** Keeps the next part of the file, and how many jobs have been written. @returns false where the attempt is over */
  async addChunk({ id, attempt }: ExportAttempt, seq: number, data: Buffer, rows: number): Promise<boolean> {
    return (await this.database.query(sql.ADD_CHUNK, [id, attempt, seq, data, rows])).length === 1;
  }

  /** The file is complete; older ones may have to go for it. @returns false where the attempt is over */
  finish({ id, ownerId, attempt }: ExportAttempt, rows: number): Promise<boolean> {
    return this.database.transaction(async () => {
      await this.database.query(sql.LOCK_OWNER, [ownerId]);
      const finished = await this.database.query(sql.FINISH, [id, attempt, rows]);
      if (finished.length === 1) await this.expireBeyond(ownerId);
      return finished.length === 1;
    });
  }

  /** The attempt has come to nothing: another one follows, or none. What it has written goes. */
  async end({ id, attempt }: ExportAttempt, state: 'queued' | 'failed'): Promise<void> {
    await this.database.transaction(async () => {
      const ended = await this.database.query(sql.END, [id, attempt, state]);
      if (ended.length === 1) await this.database.query(sql.DELETE_CHUNKS, [id]);
    });
  }

  /** Deletes up to `limit` parts of expired files and of failed ones, the oldest first. @returns how many */
  async deleteExpiredChunks(limit: number): Promise<number> {
    return (await this.database.query(sql.DELETE_EXPIRED_CHUNKS, [limit])).length;
  }

  /** Deletes up to `limit` expired exports whose files are gone. @returns how many */
  async deleteExpired(limit: number): Promise<number> {
    return (await this.database.query(sql.DELETE_EXPIRED, [limit])).length;
  }

  /** Says of exports that were last begun a day ago (or asked for, if never begun) and are not done that they failed. */
  async failForgotten(): Promise<number> {
    return (await this.database.query(sql.FAIL_FORGOTTEN)).length;
  }
}
