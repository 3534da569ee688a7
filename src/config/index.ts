export { AppConfig, configuredDatabaseUrl, databaseConfig, type DatabaseConfig } from './app-config';
export { ConfigModule } from './config.module';
export { environmentVariables, type Environment, type VariableName } from './environment';
export { ConfigurationError, describeProblem, parseEnvironment } from './parse-environment';
