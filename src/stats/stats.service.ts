import { Injectable } from '@nestjs/common';
import { type Caller } from '../auth';
import { Database } from '../platform/database';
import { sqlState, ValidationFailed } from '../platform/http';
import { cityOf, TIME_ZONE_WANTED } from '../users';
import { WorkflowService } from '../workflows';
import { figuresOf } from './figures';
import { scopeParameters } from './statement/scope.sql';
import { statsStatement, type StatsRow } from './statement/stats.statement';
import { type StatsQueryDto } from './stats-query.dto';
import { type StatsDto } from './stats.dto';

/** Statistics, and for how many milliseconds they are right: until the day ends. */
export interface DatedStats {
  stats: StatsDto;
  dayEndsIn: number;
}

/** Reads statistics. What they cost depends on how many statuses and days there are, not on how many jobs. */
@Injectable()
export class StatsService {
  constructor(
    private readonly database: Database,
    private readonly workflows: WorkflowService,
  ) {}

  /**
   * The figures as of now.
   * @throws ValidationFailed for an unknown workflow, a time zone that Postgres does not know, or days in the wrong order
   */
  async read(caller: Caller, query: StatsQueryDto): Promise<DatedStats> {
    const { workflow, from, to, timeZone } = query;
    if (workflow !== undefined && !(await this.workflows.byId()).has(workflow)) {
      throw ValidationFailed.of('workflow', 'is not a workflow (GET /api/workflows lists them)');
    }
    if (from !== undefined && to !== undefined && to < from) {
      throw ValidationFailed.of('to', 'is before its beginning');
    }
    const zone = timeZone === undefined ? undefined : cityOf(timeZone);
    const scope = { ownerId: caller.id, workflow, from, to, timeZone: zone };
    const ranged = from !== undefined || to !== undefined;
    const [row] = await this.database
      .read<StatsRow & Record<string, unknown>>(statsStatement(ranged), scopeParameters(scope))
      .catch((error: unknown) => {
        // This runtime knows names, some of them old, that Postgres does not.
        if (sqlState(error) === INVALID_PARAMETER_VALUE)
          throw ValidationFailed.of('timeZone', TIME_ZONE_WANTED);
        throw error;
      });
    if (row === undefined) throw new Error('There is no such owner');
    return { stats: figuresOf(row), dayEndsIn: row.dayEndsIn };
  }
}

const INVALID_PARAMETER_VALUE = '22023';
