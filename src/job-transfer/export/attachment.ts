import { type ExportFormat } from './export-query.dto';

const CONTENT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** What the answer that carries a file says of it. @param at when its jobs were read */
export const attachment = (format: ExportFormat, at: Date): { type: string; disposition: string } => ({
  type: CONTENT_TYPES[format],
  disposition: `attachment; filename="jobtrail-jobs-${at.toISOString().slice(0, 10)}.${format}"`,
});
