import { type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SnakeNamingStrategy } from '../../../src/platform/database/snake-naming.strategy';
import { announce } from './announce';

/** TypeORM as a tutorial sets it up, on the bench's Postgres, with the pool that the program has. */
export const tutorialDatabase = (entities: Type[]) =>
  TypeOrmModule.forRoot({
    type: 'postgres',
    url: process.env.DATABASE_URL ?? '',
    entities,
    namingStrategy: new SnakeNamingStrategy(),
    poolSize: 20,
  });

/** Serves an application on Fastify, without logging, and tells the bench where. */
export const serveNest = async (module: Type): Promise<void> => {
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  announce(app.getHttpServer().address());
};
