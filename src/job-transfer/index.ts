export { EXPORT_OK } from './export/export-docs';
export { EXPORT_FORMATS, type ExportFormat } from './export/export-query.dto';
export { ExportService } from './export/export.service';
export { acceptImportBodies } from './import-bodies';
export { JobTransferModule } from './job-transfer.module';
