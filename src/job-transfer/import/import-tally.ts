import type { ImportReportDto, LineErrorDto } from './import-report.dto';
import { LineFailure } from './source-line';

/** Most errors that are told. */
export const MAX_ERRORS = 100;

/** What became of a line. */
export type Outcome = 'created' | 'updated' | 'skipped' | LineFailure;

/** Counts what became of each line, and keeps the first failures by line. */
export class ImportTally {
  private readonly counts = { created: 0, updated: 0, skipped: 0, failed: 0 };
  private errors: LineErrorDto[] = [];

  add(line: number, outcome: Outcome): void {
    if (!(outcome instanceof LineFailure)) {
      this.counts[outcome]++;
      return;
    }
    this.counts.failed++;
    this.errors.push({ line, code: outcome.code, message: outcome.message });
    // Lines are read ahead of those being written, so failures do not come in order.
    if (this.errors.length > 4 * MAX_ERRORS) this.errors = this.first();
  }

  report(): ImportReportDto {
    return { ...this.counts, errors: this.first() };
  }

  private first(): LineErrorDto[] {
    return this.errors.toSorted((a, b) => a.line - b.line).slice(0, MAX_ERRORS);
  }
}
