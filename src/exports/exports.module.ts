import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JobTransferModule } from '../job-transfer';
import { UsersModule } from '../users';
import { ExportChunk } from './export-chunk.entity';
import { ExportDownloads } from './export-downloads';
import { ExportExpiry } from './export-expiry';
import { ExportWriter } from './export-writer';
import { Export } from './export.entity';
import { ExportRepository } from './export.repository';
import { ExportsController } from './exports.controller';
import { ExportsService } from './exports.service';

/** Exports that are written in the background and kept for a week. */
@Module({
  imports: [TypeOrmModule.forFeature([Export, ExportChunk]), JobTransferModule, UsersModule],
  controllers: [ExportsController],
  providers: [ExportRepository, ExportsService, ExportWriter, ExportDownloads, ExportExpiry],
})
export class ExportsModule {}
