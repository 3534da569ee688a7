import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  Header,
  Headers,
  Injectable,
  Module,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { DataSource, Repository } from 'typeorm';
import { LIMIT, paginationOf } from './page-envelope';
import { serveNest, tutorialDatabase } from './serve-nest';
import { TutorialEvent } from './tutorial-event.entity';
import { LISTED, TutorialJob } from './tutorial-job.entity';

/** Baseline: the list as a NestJS tutorial writes it, with an entity, a repository and `findAndCount`. */
@Injectable()
class JobsService {
  constructor(@InjectRepository(TutorialJob) private readonly jobs: Repository<TutorialJob>) {}

  async findPage(ownerId: string, page: number, limit: number) {
    const [rows, total] = await this.jobs.findAndCount({
      select: LISTED,
      where: { ownerId, archived: false },
      order: { createdAt: 'DESC', id: 'DESC' },
      skip: (page - 1) * limit,
      take: limit,
    });
    const last = total > limit ? rows.at(-1) : undefined;
    const key = last && { key: last.createdAt.toISOString(), id: last.id };
    return { data: rows.map(toRow), pagination: paginationOf(ownerId, total, key) };
  }
}

/** Appending an event as a tutorial writes it: lock, insert, update, in a transaction. */
@Injectable()
class StatusEventsService {
  constructor(private readonly dataSource: DataSource) {}

  append(ownerId: string, jobId: string, status: string) {
    return this.dataSource.transaction(async (manager) => {
      const job = await manager.findOneOrFail(TutorialJob, {
        where: { id: jobId, ownerId },
        lock: { mode: 'pessimistic_write' },
      });
      const now = new Date();
      const seq = (await manager.maximum(TutorialEvent, 'seq', { jobId })) ?? 0;
      const event = manager.create(TutorialEvent, {
        jobId,
        seq: seq + 1,
        id: randomUUID(),
        status,
        category: 'active',
        metadata: {},
        occurredAt: now,
        recordedAt: now,
        actorId: ownerId,
      });
      await manager.save(event);
      job.currentStatus = status;
      job.currentStatusCategory = 'active';
      job.currentStatusAt = now;
      job.version += 1;
      job.lastSeq = event.seq;
      job.updatedAt = now;
      return { event, job: await manager.save(job) };
    });
  }
}

/** The row in the order of the contract; an entity has the order of its columns and some that are not sent. */
const toRow = ({ workflowId, archived: _archived, ...job }: TutorialJob) => ({
  id: job.id,
  ownerId: job.ownerId,
  workflow: workflowId,
  externalRef: job.externalRef,
  title: job.title,
  company: job.company,
  location: job.location,
  city: job.city,
  state: job.state,
  jobType: job.jobType,
  industry: job.industry,
  source: job.source,
  url: job.url,
  salaryMin: job.salaryMin,
  salaryMax: job.salaryMax,
  salaryCurrency: job.salaryCurrency,
  deadline: job.deadline,
  tags: job.tags,
  currentStatus: job.currentStatus,
  currentStatusCategory: job.currentStatusCategory,
  currentStatusAt: job.currentStatusAt,
  version: job.version,
  createdAt: job.createdAt,
  updatedAt: job.updatedAt,
  archivedAt: job.archivedAt,
  archiveReason: job.archiveReason,
});

@Controller('api/jobs')
class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly events: StatusEventsService,
  ) {}

  @Post(':id/status-events')
  append(
    @Headers('x-owner-id') ownerId: string,
    @Param('id') id: string,
    @Body() { status }: { status: string },
  ) {
    return this.events.append(ownerId, id, status);
  }

  @Get()
  @Header('content-type', 'application/json; charset=utf-8')
  list(
    @Headers('x-owner-id') ownerId: string,
    @Query('page') page = '1',
    @Query('limit') limit = String(LIMIT),
  ) {
    return this.jobs.findPage(ownerId, Number(page), Number(limit));
  }
}

@Module({
  imports: [tutorialDatabase([TutorialJob, TutorialEvent]), TypeOrmModule.forFeature([TutorialJob])],
  controllers: [JobsController],
  providers: [JobsService, StatusEventsService],
})
class AppModule {}

void serveNest(AppModule);
