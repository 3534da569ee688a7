import { CreateAccounts1767225600000 } from './1767225600000-create-accounts';
import { CreateWorkflows1767225600001 } from './1767225600001-create-workflows';
import { CreateJobs1767225600002 } from './1767225600002-create-jobs';
import { CreateJobSearch1767225600003 } from './1767225600003-create-job-search';
import { CreateJobStatusEvents1767225600004 } from './1767225600004-create-job-status-events';
import { CreateIdempotencyKeys1767225600005 } from './1767225600005-create-idempotency-keys';
import { CreateCachePresence1767225600006 } from './1767225600006-create-cache-presence';
import { AddMilestones1767225600007 } from './1767225600007-add-milestones';
import { CreateJobCounts1767225600008 } from './1767225600008-create-job-counts';
import { CountJobs1767225600009 } from './1767225600009-count-jobs';
import { CreateQueue1767225600010 } from './1767225600010-create-queue';
import { CreateExports1767225600011 } from './1767225600011-create-exports';
import { CreateJobSample1767225600012 } from './1767225600012-create-job-sample';
import { CountStaysWithJobs1767225600013 } from './1767225600013-count-stays-with-jobs';
import { CountCoarsely1767225600014 } from './1767225600014-count-coarsely';
import { FillCoarseCounts1767225600015 } from './1767225600015-fill-coarse-counts';
import { SearchByOwner1767225600016 } from './1767225600016-search-by-owner';
import { SearchByOwnerOnly1767225600017 } from './1767225600017-search-by-owner-only';

/** Every migration, oldest first. A landed one is never edited: add another. */
export const migrations = [
  CreateAccounts1767225600000,
  CreateWorkflows1767225600001,
  CreateJobs1767225600002,
  CreateJobSearch1767225600003,
  CreateJobStatusEvents1767225600004,
  CreateIdempotencyKeys1767225600005,
  CreateCachePresence1767225600006,
  AddMilestones1767225600007,
  CreateJobCounts1767225600008,
  CountJobs1767225600009,
  CreateQueue1767225600010,
  CreateExports1767225600011,
  CreateJobSample1767225600012,
  CountStaysWithJobs1767225600013,
  CountCoarsely1767225600014,
  FillCoarseCounts1767225600015,
  SearchByOwner1767225600016,
  SearchByOwnerOnly1767225600017,
];
