import { type JobFieldsDto } from '../dto/job-fields.dto';
import { type NewEvent } from './job-trail';

/** A job to be, with the events that its trail begins with; at least one, in the order of their `seq`. */
export interface NewJob {
  /** UUIDv7; made when left out. */
  id?: string;
  workflow: string;
  fields: JobFieldsDto & { title: string };
  events: readonly NewEvent[];
  /** ISO 8601; the earliest event's time when left out. */
  createdAt?: string | undefined;
  archivedAt?: string | null | undefined;
  archiveReason?: string | null | undefined;
}
