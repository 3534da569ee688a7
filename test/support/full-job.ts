import type { TestResponse } from './test-app';

/** Every field of a job, each with a value. */
export const FULL_JOB = {
  title: 'Programmer',
  company: 'Analytical Engines Ltd',
  location: 'London, United Kingdom',
  city: 'London',
  state: 'England',
  jobType: 'full-time',
  industry: 'Computing',
  source: 'Referral',
  url: 'https://example.com/jobs/1?a=b#c',
  description: 'Programs.\n"Quoted" \\ and \t controlled \u0001',
  notes: 'Ask Charles.',
  salaryMin: 90_000.5,
  salaryMax: 120_000,
  salaryCurrency: 'GBP',
  deadline: '2026-01-31',
  tags: ['remote', 'Mathematics', 'remote'],
  attributes: { processors: 128, nested: { list: [1, 'two', null, true] }, 'é 🦀': '' },
};
/** Status and code of an answer. */
export const codeOf = ({ status, body }: TestResponse): unknown[] => [
  status,
  (body as { code?: string }).code,
];
/** The fields that an answer complains of, each once. */
export const fieldsOf = ({ body }: TestResponse): unknown[] => [
  ...new Set((body as { errors: { field: string }[] }).errors.map(({ field }) => field)),
];
