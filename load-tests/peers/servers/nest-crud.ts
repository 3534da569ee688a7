import 'reflect-metadata';
import { Crud } from '@dataui/crud';
import { TypeOrmCrudService } from '@dataui/crud-typeorm';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { SnakeNamingStrategy } from '../../../src/platform/database/snake-naming.strategy';
import { announce } from '../../bench/contestants/announce';
import { TutorialJob } from '../../bench/contestants/tutorial-job.entity';

/** Peer: the list as `@dataui/crud`, which goes on with `@nestjsx/crud`, makes it of an entity. */
@Injectable()
class JobsService extends TypeOrmCrudService<TutorialJob> {
  constructor(@InjectRepository(TutorialJob) jobs: Repository<TutorialJob>) {
    super(jobs);
  }
}

@Crud({ model: { type: TutorialJob }, query: { exclude: ['archived', 'lastSeq'], alwaysPaginate: true } })
@Controller('jobs')
class JobsController {
  constructor(public readonly service: JobsService) {}
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL ?? '',
      entities: [TutorialJob],
      namingStrategy: new SnakeNamingStrategy(),
      poolSize: 20,
    }),
    TypeOrmModule.forFeature([TutorialJob]),
  ],
  controllers: [JobsController],
  providers: [JobsService],
})
class AppModule {}

const start = async (): Promise<void> => {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  announce(app.getHttpServer().address());
};

void start();
