export { acceptImportBodies } from './import-bodies';
export { JobTransferModule } from './job-transfer.module';
