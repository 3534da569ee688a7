import { getSchemaPath } from '@nestjs/swagger';
import { ImportJobDto, MAX_EVENTS } from './import-job.dto';
import { MAX_LINE_BYTES, MAX_RECORD_BYTES } from './source-line';

/** What the documentation of the API says of an import. */
export const IMPORT_DESCRIPTION = `
Takes \`application/x-ndjson\` (one job a line) or \`text/csv\` (a header row with the names of the fields), UTF-8,
as a stream of any size up to \`MAX_IMPORT_BYTES\`. The jobs are the caller's. A bad line never spoils the others, and
every line that is not blank is in exactly one of the four counts.

- The rules of the fields are those of \`POST /api/jobs\`, with \`createdAt\`, \`archivedAt\` and \`archiveReason\`, and
  in NDJSON \`statusEvents\` besides. Read-only fields of an exported job are passed over; any other unknown field
  fails its line, an unknown or repeated column of CSV the whole request.
- \`statusEvents\` is the history in the order of \`seq\`; transition rules do not bind it. Without it a new job gets one
  event: \`status\` (by default the workflow's initial one) at \`createdAt\` (by default now). With it \`status\` means nothing.
- Times up to 5 minutes ahead are taken as now, later ones fail the line.
- CSV: an empty cell gives no value. \`tags\` are split by \`|\` (\`\\|\` and \`\\\\\` stand for \`|\` and \`\\\`), \`attributes\` is
  JSON. One \`'\` before \`=\`, \`+\`, \`-\`, \`@\`, tab or a line break is taken off: the export has put it there.
- \`onConflict=update\` changes only what the line gives; in NDJSON \`null\` clears a field. \`workflow\` and \`createdAt\` of a
  job never change. Events with a status and time that the job has already are passed over; one without a time is always
  new. Without \`statusEvents\` a \`status\` that differs from the current one is a change of status now, under the
  workflow's rule. A line that changes nothing counts as skipped.
- Lines are written in batches of some hundred. When the request ends early (413, 503, or the client leaves), batches that
  were written stay; the problem document tells of them under \`report\`. Sending the file again with \`onConflict=skip\`
  goes on from there. \`Idempotency-Key\` means nothing here.
- A line of NDJSON may have at most ${MAX_LINE_BYTES} bytes and ${MAX_EVENTS} events, a record of CSV ${MAX_RECORD_BYTES} bytes.`.trim();

/** A file with two jobs. */
const NDJSON_EXAMPLE = [
  '{"externalRef":"greenhouse-4711","title":"Programmer","company":"Analytical Engines Ltd","statusEvents":' +
    '[{"status":"applied","occurredAt":"2026-01-10T08:00:00.000Z"},' +
    '{"status":"interview","occurredAt":"2026-01-12T09:30:00.000Z","note":"With the team"}]}',
  '{"externalRef":"lever-12","title":"Analyst","tags":["remote","mathematics"]}',
].join('\n');

const CSV_EXAMPLE = [
  'externalRef,title,company,tags,status,createdAt',
  'greenhouse-4711,Programmer,Analytical Engines Ltd,remote|mathematics,applied,2026-01-10T08:00:00.000Z',
].join('\n');

/** The request body of an import, as documented. */
export const IMPORT_BODY = {
  required: true,
  content: {
    'application/x-ndjson': {
      schema: {
        type: 'string' as const,
        description: `One job a line, each an object as \`${getSchemaPath(ImportJobDto).replace(/^.*\//, '')}\` has it.`,
      },
      example: NDJSON_EXAMPLE,
    },
    'text/csv': {
      schema: {
        type: 'string' as const,
        description: 'A header row with names of fields, then one job a row.',
      },
      example: CSV_EXAMPLE,
    },
  },
};
