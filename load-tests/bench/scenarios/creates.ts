import { type Scenario } from '../bench';
import { inTurn, overHttp, runContest } from '../contest';
import { requestBytes } from '../http-client';
import { createWriters } from '../writers';

/** A job with an event, as it is created. */
export const JOB_BODY = JSON.stringify({
  title: 'Software Engineer, Storage',
  company: 'Analytical Engines Ltd',
  location: 'London, United Kingdom',
  url: 'https://jobs.example.com/storage-engineer',
  salaryMin: 70_000,
  salaryMax: 95_000,
  salaryCurrency: 'GBP',
  deadline: '2030-01-31',
  tags: ['backend', 'remote'],
  status: 'applied',
});

/** Creating jobs, each with its first event. */
export const creates: Scenario = async ({ program, database, rounds }) => {
  const writers = await createWriters(database.client, 100);
  const requests = writers.map((writer) =>
    requestBytes('POST', '/api/jobs', program.headers(writer), JOB_BODY),
  );
  const outcomes = await runContest([overHttp('create', program, inTurn(requests), 201)], rounds);
  return { title: 'Creating a job', outcomes, targets: [] };
};
