import 'reflect-metadata';
import { Crud } from '@dataui/crud';
import { TypeOrmCrudService } from '@dataui/crud-typeorm';
import { Controller, Injectable, Module } from '@nestjs/common';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { serveNest, tutorialDatabase } from '../../bench/contestants/serve-nest';
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
  imports: [tutorialDatabase([TutorialJob]), TypeOrmModule.forFeature([TutorialJob])],
  controllers: [JobsController],
  providers: [JobsService],
})
class AppModule {}

void serveNest(AppModule);
