import { type ApiResponseOptions } from '@nestjs/swagger';
import { attachmentHeaders } from '../../platform/http';

/** What the documentation of the API says of an export. */
export const EXPORT_DESCRIPTION = `
All jobs that match the list's filters, in its order, streamed in constant memory as of one moment. \`archived=all\` takes
the archive along. What is exported imports again:

- NDJSON with \`events=true\` loses nothing but what belongs to the installation: ids, \`version\`, \`updatedAt\`, and of events
  \`recordedAt\` and \`actorId\`. Without \`events\` a job comes back with one event: its current status, at \`createdAt\`.
- CSV has the same fields, and no events. \`tags\` are joined by \`|\` (\`\\|\` and \`\\\\\` stand for \`|\` and \`\\\` inside a tag),
  \`attributes\` are JSON, nothing is an empty cell. A cell that a spreadsheet would run as a formula gets one \`'\` in front,
  which an import takes off.

A transfer that breaks off midway ends without its last chunk: the client sees that it is incomplete.

At most two exports or lists with \`paginate=false\` of one owner's jobs, and \`MAX_EXPORTS\` (two by
default) of all, run at once in an instance; one more is answered 503 with \`Retry-After\`. One whose client reads
nothing for a minute, or has not come to the end after 15 minutes (\`EXPORT_TIMEOUT\`), is broken off: what takes longer is for
\`POST /api/exports\`.`.trim();

const ROW =
  '{"id":"0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11","workflow":"application","externalRef":"greenhouse-4711",' +
  '"title":"Programmer","status":"applied"}\n';

/** The answer of an export, as documented. */
export const EXPORT_OK: ApiResponseOptions = {
  description: 'The file.',
  headers: attachmentHeaders('jobs'),
  content: {
    'application/x-ndjson': {
      schema: { type: 'string', description: 'One job a line, as JSON (shortened here).' },
      example: ROW,
    },
    'text/csv': {
      schema: {
        type: 'string',
        description: 'A header row with all fields (shortened here), then one job a row.',
      },
      example: 'externalRef,title,status\ngreenhouse-4711,Programmer,applied\n',
    },
  },
};
