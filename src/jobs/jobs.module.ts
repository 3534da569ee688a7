import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WorkflowsModule } from '../workflows';
import { BulkController } from './bulk.controller';
import { BulkService } from './bulk.service';
import { JobListController } from './job-list.controller';
import { JobSearch } from './job-search.entity';
import { JobController } from './job.controller';
import { ExistingJobsQuery } from './existing-jobs.query';
import { Job } from './job.entity';
import { JobRepository } from './job.repository';
import { JobService } from './job.service';
import { JobCountQuery } from './list/job-count.query';
import { JobFilterResolver } from './list/job-filter';
import { JobListService } from './list/job-list.service';
import { JobPageQuery } from './list/job-page.query';
import { JobRowsQuery } from './list/job-rows.query';
import { SearchPageQuery } from './list/search-page.query';
import { StreamSlots } from './list/stream-slots';
import { UnpaginatedJobsService } from './list/unpaginated-jobs.service';
import { UpcomingDeadlinesQuery } from './list/upcoming-deadlines.query';
import { JobInserter } from './trail/job-inserter';
import { JobMerger } from './trail/job-merger';
import { JobTrail } from './trail/job-trail';

/** Jobs: their list, their changes, and the writing of their trails. */
@Module({
  imports: [TypeOrmModule.forFeature([Job, JobSearch]), WorkflowsModule],
  controllers: [JobListController, BulkController, JobController],
  providers: [
    JobRepository,
    JobService,
    BulkService,
    JobInserter,
    JobMerger,
    JobTrail,
    ExistingJobsQuery,
    JobFilterResolver,
    JobPageQuery,
    SearchPageQuery,
    JobCountQuery,
    JobRowsQuery,
    StreamSlots,
    JobListService,
    UnpaginatedJobsService,
    UpcomingDeadlinesQuery,
  ],
  exports: [
    JobRepository,
    JobInserter,
    JobMerger,
    JobTrail,
    ExistingJobsQuery,
    JobFilterResolver,
    JobRowsQuery,
  ],
})
export class JobsModule {}
