import { type ServerProcess } from '../bench/processes';

/** A row of a list as somebody answers it, its fields named as in the entity of the bench. */
export type Row = Record<string, unknown>;

/** What an answer says, whatever its form. */
export interface Page {
  totalItems: number;
  rows: Row[];
}

/** A server that runs, and the request for the first page of an owner from it. */
export interface Running {
  server: ServerProcess;
  request(ownerId: string): Buffer;
}

/** One of those that are compared. */
export interface Peer {
  name: string;
  /** Starts it on this database, in a process of its own. */
  start(databaseUrl: string): Promise<Running>;
  /** Reads its answer. */
  page(body: string): Page;
  /** Whether it answers from a cache, once it has one in use. */
  cached?: boolean;
}
