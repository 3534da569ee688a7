export { LoggingModule } from './logging.module';
export { ProgramLogger } from './program-logger';
export { logRequests, ROOT_LOGGER } from './request-log';
