export { AppConfig } from './app-config';
export { availableMemory } from './available-memory';
export { containerLimits, type ContainerLimits } from './container-limits';
export { ConfigModule } from './config.module';
export { configuredDatabaseUrl, databaseConfig, type DatabaseConfig } from './database-config';
export { environmentVariables, type Environment, type VariableName } from './environment';
export { type CacheConfig, type RateLimitConfig, type RedisConfig } from './front-config';
export { ConfigurationError, describeProblem, parseEnvironment } from './parse-environment';
export { loadEnvFile } from './env-file';
