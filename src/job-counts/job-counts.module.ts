import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompanyCount } from './company-count.entity';
import { CountFolder } from './count-folder';
import { FoldLag } from './fold-lag';
import { FoldMetrics } from './fold.metrics';
import { JobCount } from './job-count.entity';
import { JobCountDelta } from './job-count-delta.entity';

/** What is counted of jobs: the cells that totals and statistics are summed from. */
@Module({
  imports: [TypeOrmModule.forFeature([JobCountDelta, JobCount, CompanyCount])],
  providers: [CountFolder, FoldLag, FoldMetrics],
  exports: [CountFolder, FoldLag],
})
export class JobCountsModule {}
