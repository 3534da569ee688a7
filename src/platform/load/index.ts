export { type LoadLevel } from './load-levels';
export { LoadMonitor } from './load-monitor';
export { LoadModule } from './load.module';
