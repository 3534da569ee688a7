import { jsonObject, jsonTime } from '../platform/database';

/** SQL for each field of a job as answered, over an alias `j` of `jobs`; in the order of the answer. */
export const JOB_FIELDS = {
  id: 'j.id',
  ownerId: 'j.owner_id',
  workflow: 'j.workflow_id',
  externalRef: 'j.external_ref',
  title: 'j.title',
  company: 'j.company',
  location: 'j.location',
  city: 'j.city',
  state: 'j.state',
  jobType: 'j.job_type',
  industry: 'j.industry',
  source: 'j.source',
  url: 'j.url',
  description: 'j.description',
  notes: 'j.notes',
  salaryMin: 'j.salary_min',
  salaryMax: 'j.salary_max',
  salaryCurrency: 'j.salary_currency',
  deadline: 'j.deadline',
  tags: 'j.tags',
  attributes: 'j.attributes',
  currentStatus: 'j.current_status',
  currentStatusCategory: 'j.current_status_category',
  currentStatusAt: jsonTime('j.current_status_at'),
  version: 'j.version',
  createdAt: jsonTime('j.created_at'),
  updatedAt: jsonTime('j.updated_at'),
  archivedAt: jsonTime('j.archived_at'),
  archiveReason: 'j.archive_reason',
} as const;

/** Name of a field of a job. */
export type JobField = keyof typeof JOB_FIELDS;

/** What a list row leaves out: the long texts. */
export const DETAIL_FIELDS: readonly JobField[] = ['description', 'notes', 'attributes'];

/** What a list row may hold. */
export const ROW_FIELDS = (Object.keys(JOB_FIELDS) as JobField[]).filter(
  (field) => !DETAIL_FIELDS.includes(field),
);

const pick = (fields: readonly JobField[]): Record<string, string> =>
  Object.fromEntries(fields.map((field) => [field, JOB_FIELDS[field]]));

/** SQL that makes the JSON text of a whole job, from an alias `j` of `jobs`. */
export const JOB_JSON = jsonObject(JOB_FIELDS);

const WHOLE_ROW = jsonObject(pick(ROW_FIELDS));

/** SQL that makes the JSON text of a list row with the given fields. */
export const rowJson = (fields: readonly JobField[]): string =>
  fields === ROW_FIELDS ? WHOLE_ROW : jsonObject(pick(fields));
