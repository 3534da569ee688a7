export { CompanyCount } from './company-count.entity';
export { CountFolder } from './count-folder';
export { currentJobs } from './current-jobs.sql';
export { FoldLag } from './fold-lag';
export { JobCount } from './job-count.entity';
export { JobCountDelta } from './job-count-delta.entity';
export { JobCountsModule } from './job-counts.module';
export { DAY_DIFFERENCES, TOTAL_DIFFERENCES } from './count-differences.statement';
