export { csvRecord } from '../../platform/csv';
