import { type INestApplicationContext, Module, type DynamicModule, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type AppConfig, ConfigModule } from '../config';
import { CacheModule } from '../platform/cache';
import { DatabaseModule, type Schema } from '../platform/database';
import { RedisModule } from '../platform/redis';
import { migrations } from '../schema/migrations';

/** No entities: with them the whole program would be loaded, and here is nothing but SQL. */
export const SCHEMA: Schema = { entities: [], migrations };

/** What verifying and repairing need of the program: neither its routes nor its worker. */
@Module({})
class VerificationModule {
  static forRoot(config: AppConfig, others: NonNullable<DynamicModule['imports']>): DynamicModule {
    return {
      module: VerificationModule,
      imports: [ConfigModule.forRoot(config), DatabaseModule.forRoot(SCHEMA), ...others],
    };
  }
}

const tell = (message: unknown): void => {
  process.stderr.write(`${String(message)}\n`);
};

/** Trouble goes to standard error; what Nest tells of its start, nowhere. */
const LOGGER: LoggerService = { log: () => undefined, warn: tell, error: tell };

const open = (module: DynamicModule): Promise<INestApplicationContext> =>
  NestFactory.createApplicationContext(module, { logger: LOGGER, abortOnError: false });

/** Gives `Database`, and nothing that anybody else would notice. */
export const openVerifying = (config: AppConfig): Promise<INestApplicationContext> =>
  open(VerificationModule.forRoot(config, []));

/** Gives `Database` and `WriteAnnouncer`, by which instances hear that an owner's counts change. */
export const openRepairing = (config: AppConfig): Promise<INestApplicationContext> =>
  open(VerificationModule.forRoot(config, [RedisModule, CacheModule]));
