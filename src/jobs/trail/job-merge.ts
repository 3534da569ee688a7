import { type JobFieldsDto } from '../dto/job-fields.dto';
import { type NewEvent } from './job-trail';

/** What a job that exists becomes. */
export interface JobMerge {
  id: string;
  /** Complete: every field is written; `externalRef` stays. */
  fields: JobFieldsDto & { title: string };
  archivedAt: string | null;
  archiveReason: string | null;
  /** Events that the job lacks, in the order in which they are recorded. */
  events: readonly NewEvent[];
}
