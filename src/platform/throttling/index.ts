export { MemoryWindows } from './memory-windows';
export { HOUR, MINUTE, tightest, type Allowance } from './windows';
