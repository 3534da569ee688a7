import { ApiParam, type ApiResponseOptions } from '@nestjs/swagger';
import { MAX_KEPT } from './export.repository';
import { KEEP_DAYS } from './export.statements';
import { MAX_UNFINISHED } from './exports.service';

type Headers = NonNullable<ApiResponseOptions['headers']>;

/** What the documentation of the API says of asking for an export. */
export const CREATE_DESCRIPTION = `
For exports that take longer than a client wants to wait. A worker writes the same file as \`GET /api/jobs/export\`, as of
the moment at which it begins; follow \`Location\` until \`state\` is \`done\`, then fetch \`downloadUrl\`. Filters are checked
when the export is asked for, and mean at the beginning of the writing what they mean then.

The file is kept for ${KEEP_DAYS} days, the newest ${MAX_KEPT.files} of an owner, up to ${MAX_KEPT.bytes / 1024 ** 3} GiB together: the oldest go before
their time when another is done or asked for. An owner may have ${MAX_UNFINISHED} exports that are not finished; one more is
answered 429 with \`Retry-After\`. A file may have up to 1 GiB, compressed; an export that grows beyond that fails.`.trim();

/** The same of its file. */
export const FILE_DESCRIPTION = `
Never cached. Sent by gzip to clients that take it, as it is kept; else as it was written. 404 until the export is done,
and once it has expired. \`HEAD\` gives the headers alone. A transfer that breaks off midway ends without its last chunk:
the client sees that it is incomplete.`.trim();

/** The path's id of an export, as documented. */
export const ApiExportId = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'Id of the export.',
    schema: { type: 'string', format: 'uuid', example: '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c21' },
  });

export const EXPORT_LOCATION: Headers = {
  Location: {
    description: 'Where to see how far it has come.',
    schema: { type: 'string', example: '/api/exports/0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c21' },
  },
};
