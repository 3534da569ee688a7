import { type CursorPosition } from '../../platform/pagination';
import { type JobField } from '../job-json';
import { type JobFilter } from './job-filter';
import { type JobSort } from './job-sort';

/** What page of which jobs is wanted. */
export interface PageRequest {
  filter: JobFilter;
  sort: JobSort;
  limit: number;
  /** Rows to pass over; 0 with a cursor. */
  offset: number;
  cursor: CursorPosition | undefined;
  fields: readonly JobField[];
  /** Tells the total too; only where the counts know it. */
  counted: boolean;
  /** Tells the total too, where all that match are collected for the page. */
  totalIfCollected: boolean;
}

/** A page as Postgres gives it: the rows as JSON, and where they begin and end. */
export interface Page {
  /** JSON objects joined by commas, in the order of the sort. */
  rows: string;
  /** Rows read, one more than `limit` if there are more. */
  fetched: number;
  /** Key and id of the row read first, and of the last that is shown of a full page. */
  firstKey: string | null;
  firstId: string | null;
  lastKey: string | null;
  lastId: string | null;
  /** Rows that match; `null` where that was not asked for. */
  counted: number | null;
}

/** A page, and how many rows a walk to it has looked at; 0 where it was read in another way. */
export type WalkedPage = Page & { walked: number };
