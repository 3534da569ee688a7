export { csvRecord } from './csv-record';
export { guardCell, unguardCell } from './formula-guard';
