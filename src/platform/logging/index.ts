export { LoggingModule } from './logging.module';
export { ProgramLogger } from './program-logger';
