export { run, type AfterListen, type RunOptions } from './run';
export { explainDatabaseError } from './unreachable-database';
