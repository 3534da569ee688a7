import type { AnsweredJob, JobApi } from '../job-api';
import type { TestApp } from '../test-app';
import { rulesOf, WORKFLOW_RULES } from '../workflow-rules';

const pick = <T>(values: readonly T[], index: number): T => values[index % values.length] as T;
/** Texts whose case folds in other ways than in ASCII, or that mean something to SQL. */
export const TEXTS = [
  'Écoute',
  'ÉCOUTE',
  'écoute ',
  'İzmir',
  'i̇zmir',
  'straße',
  'STRAẞE',
  'STRASSE',
  'Ωμέγα',
  'ΩΜΈΓΑ',
  'a_b%c',
  'x,y',
  "O'Brien\\",
  '数据',
  '🦀',
];
const WORDS = [
  'Écriture',
  'C++',
  'C#',
  'node.js',
  'Data-Engineer',
  'straße',
  'İstanbul',
  '数据 工程',
  'R&D',
  'naïve',
];

/** Creates 320 jobs whose fields vary independently of each other; every 9th is archived. */
export const createVariedJobs = async (app: TestApp, api: JobApi): Promise<AnsweredJob[]> => {
  const ids: string[] = [];
  for (let from = 0; from < 320; from += 40) {
    const batch = Array.from({ length: 40 }, (_, index) => api.create(variedFields(from + index)));
    ids.push(...(await Promise.all(batch)).map(({ id }) => id));
  }
  await Promise.all(
    ids.filter((_, n) => n % 9 === 0).map((id) => api.call('POST', `/${id}/archive`, { reason: 'old' })),
  );
  await app.query(
    `UPDATE jobs SET created_at = timestamptz '2026-01-01' + n * interval '1 hour',
       current_status_at = timestamptz '2026-02-01' + n % 50 * interval '1 millisecond'
     FROM unnest($1::uuid[]) WITH ORDINALITY AS t (id, n) WHERE jobs.id = t.id`,
    [ids],
  );
  return Promise.all(ids.map((id) => api.read(id)));
};

const variedFields = (n: number): Record<string, unknown> => {
  const workflow = pick(Object.keys(WORKFLOW_RULES), n);
  return {
    title: `${pick(WORDS, n)} ${pick(WORDS, n * 7 + 3)} ${n}`,
    workflow,
    status: pick(Object.keys(rulesOf(workflow).categories), Math.floor(n / 4)),
    company: n % 5 === 0 ? null : pick(TEXTS, n * 3),
    location: pick(TEXTS, n * 4 + 1),
    city: n % 4 === 0 ? null : pick(TEXTS, n),
    state: pick(TEXTS, n + 2),
    jobType: pick(['Full-Time', 'full-time', 'contract'], n),
    industry: pick(TEXTS, n * 11),
    source: pick(['Referral', 'REFERRAL', null], n),
    tags: [['Été', 'go'], ['ÉTÉ'], ['go', "it's", 'back\\slash'], []][n % 4],
    salaryMin: pick([null, 0, 1000, 2000.5, 3000], n),
    salaryMax: pick([null, 3000, 4000, 5000.25], Math.floor(n / 5)),
    deadline: pick([null, '2026-03-01', '2026-03-02', '2026-03-03'], n),
  };
};
