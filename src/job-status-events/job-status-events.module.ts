import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JobsModule } from '../jobs';
import { HistoryQuery } from './history.query';
import { HistoryService } from './history.service';
import { JobStatusEvent } from './job-status-event.entity';
import { JobStatusEventsController } from './job-status-events.controller';

/** Appending to a job's trail, and reading it. */
@Module({
  imports: [TypeOrmModule.forFeature([JobStatusEvent]), JobsModule],
  controllers: [JobStatusEventsController],
  providers: [HistoryQuery, HistoryService],
})
export class JobStatusEventsModule {}
