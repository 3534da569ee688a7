export { run, type RunOptions } from './run';
export { type AfterListen } from './serve';
export { explainDatabaseError } from './unreachable-database';
