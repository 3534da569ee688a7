export { migrateDatabase } from './migrate-database';
export { schema } from './schema';
