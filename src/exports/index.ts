export { ExportChunk } from './export-chunk.entity';
export { Export } from './export.entity';
export { ExportsModule } from './exports.module';
