export { run, type BeforeListen } from './run';
