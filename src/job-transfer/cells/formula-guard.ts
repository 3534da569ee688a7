export { guardCell, unguardCell } from '../../platform/csv';
