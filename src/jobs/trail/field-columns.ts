import { type RecordColumn } from '../../platform/database';
import { type JobFieldsDto } from '../dto/job-fields.dto';

interface Described {
  fields: JobFieldsDto & { title: string };
}

/** The fields of a job as columns of records for the statements that write jobs. */
export const FIELD_COLUMNS = {
  external_ref: { type: 'text', of: ({ fields }) => fields.externalRef },
  title: { type: 'text', of: ({ fields }) => fields.title },
  company: { type: 'text', of: ({ fields }) => fields.company },
  location: { type: 'text', of: ({ fields }) => fields.location },
  city: { type: 'text', of: ({ fields }) => fields.city },
  state: { type: 'text', of: ({ fields }) => fields.state },
  job_type: { type: 'text', of: ({ fields }) => fields.jobType },
  industry: { type: 'text', of: ({ fields }) => fields.industry },
  source: { type: 'text', of: ({ fields }) => fields.source },
  url: { type: 'text', of: ({ fields }) => fields.url },
  description: { type: 'text', of: ({ fields }) => fields.description },
  notes: { type: 'text', of: ({ fields }) => fields.notes },
  salary_min: { type: 'double precision', of: ({ fields }) => fields.salaryMin },
  salary_max: { type: 'double precision', of: ({ fields }) => fields.salaryMax },
  salary_currency: { type: 'text', of: ({ fields }) => fields.salaryCurrency },
  deadline: { type: 'date', of: ({ fields }) => fields.deadline },
  tags: { type: 'text[]', of: ({ fields }) => fields.tags },
  attributes: { type: 'jsonb', of: ({ fields }) => fields.attributes },
} as const satisfies Record<string, RecordColumn<Described>>;
