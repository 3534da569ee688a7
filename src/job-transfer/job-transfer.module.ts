import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs';
import { WorkflowsModule } from '../workflows';
import { ExportController } from './export/export.controller';
import { ExportService } from './export/export.service';
import { ImportWriter } from './import/import-writer';
import { ImportController } from './import/import.controller';
import { ImportService } from './import/import.service';

/** Import and export of jobs. */
@Module({
  imports: [JobsModule, WorkflowsModule],
  controllers: [ImportController, ExportController],
  providers: [ImportService, ImportWriter, ExportService],
  exports: [ExportService],
})
export class JobTransferModule {}
