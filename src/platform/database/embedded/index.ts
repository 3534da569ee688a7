export { EmbeddedPostgresError } from './embedded-postgres-error';
export { ensureDataFolder } from './placement';
export { readOrCreateSecretFile } from './secret-file';
export { startEmbeddedPostgres } from './start-embedded-postgres';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './start-embedded-postgres';
