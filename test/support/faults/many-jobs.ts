import type { TestUser } from '../test-app';
import type { ServedProgram } from './served-program';

/** Characters that each job has besides. */
const NOTES = 9_000;

/** Gives someone so many jobs, all of which together are more than the buffers of a connection take. */
export const importLongJobs = async (
  program: ServedProgram,
  { token }: TestUser,
  count: number,
): Promise<void> => {
  const notes = 'n'.repeat(NOTES);
  const lines = Array.from({ length: count }, (_, n) => `${JSON.stringify({ title: `job ${n}`, notes })}\n`);
  const answer = await program.request('POST', '/api/jobs/import', {
    token,
    body: lines.join(''),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  if ((answer.body as { created?: number }).created !== count) throw new Error(answer.text);
};
