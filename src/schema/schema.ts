import { LoginFailure, RefreshToken, Session } from '../auth';
import { Export, ExportChunk } from '../exports';
import { IdempotencyKey } from '../idempotency';
import { Job, JobSearch } from '../jobs';
import { CompanyCount, JobCount, JobCountDelta } from '../job-counts';
import { JobStatusEvent } from '../job-status-events';
import { CacheGeneration, CacheInstance } from '../platform/cache';
import { type Schema } from '../platform/database';
import { User } from '../users';
import { Workflow, WorkflowStatus, WorkflowTransition } from '../workflows';
import { migrations } from './migrations';

/** Everything the database holds. A new entity and its migration are added here. */
export const schema = {
  entities: [
    User,
    Session,
    RefreshToken,
    LoginFailure,
    Workflow,
    WorkflowStatus,
    WorkflowTransition,
    Job,
    JobSearch,
    JobStatusEvent,
    JobCountDelta,
    JobCount,
    CompanyCount,
    IdempotencyKey,
    Export,
    ExportChunk,
    CacheGeneration,
    CacheInstance,
  ],
  migrations,
} satisfies Schema;
