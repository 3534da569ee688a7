import { type ApiResponseOptions } from '@nestjs/swagger';
import { NOT_STORED } from './not-stored';

const CONTENT_TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  cpuprofile: 'application/json',
  heapsnapshot: 'application/json',
} as const;

/** What an answer that is to be kept as a file is written in. */
type FileFormat = keyof typeof CONTENT_TYPES;

const disposition = (subject: string, format: FileFormat, day: string): string =>
  `attachment; filename="jobtrail-${subject}-${day}.${format}"`;

/**
 * What the answer that carries a file says of it.
 * @param subject what is in it, for its name
 * @param at when it was read
 */
export const attachment = (
  subject: string,
  format: FileFormat,
  at: Date,
): { type: string; disposition: string } => ({
  type: CONTENT_TYPES[format],
  disposition: disposition(subject, format, at.toISOString().slice(0, 10)),
});

/** The headers of such an answer, as documented. */
export const attachmentHeaders = (
  subject: string,
  format: FileFormat = 'csv',
): NonNullable<ApiResponseOptions['headers']> => ({
  'Content-Disposition': {
    description: 'A name for the file.',
    schema: { type: 'string', example: disposition(subject, format, '2026-01-31') },
  },
  ...NOT_STORED,
});
