export { run, type AfterListen, type RunOptions } from './run';
