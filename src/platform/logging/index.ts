export { AuditLog } from './audit-log';
export { openLog, type Log } from './log';
export { LoggingModule } from './logging.module';
export { LogOutput } from './log-output';
export { ProgramLogger } from './program-logger';
export { bindLogToRequests, ROOT_LOGGER } from './request-context';
export { LARGE_MEMORY_DELTA, logRequests, REQUEST_LOGGER, type RequestLogOptions } from './request-log';
