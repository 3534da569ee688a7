export { LoggingModule } from './logging.module';
export { ProgramLogger } from './program-logger';
export { logRequests, REQUEST_LOGGER } from './request-log';
