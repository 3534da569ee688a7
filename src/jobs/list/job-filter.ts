import { Injectable } from '@nestjs/common';
import { type Caller, Forbidden } from '../../auth';
import { ValidationFailed } from '../../platform/http';
import { STATUS_CATEGORIES, WorkflowService, type StatusCategory } from '../../workflows';
import { type JobFilterDto } from './list-jobs.dto';

/** Filters that match the whole of a text field, without regard to case. */
export const WHOLE_TEXT_FILTERS = [
  'company',
  'location',
  'city',
  'state',
  'jobType',
  'industry',
  'source',
] as const;

/** A filter whose words are resolved: whose jobs, and which statuses a category stands for. */
export interface JobFilter {
  ownerId: string;
  /** Values of the column `archived` that match. */
  archived: readonly boolean[];
  /** Current status any of `keys`, or of a category in `categories`; `categoryKeys` are all keys of those. */
  statuses: { keys: string[]; categories: StatusCategory[]; categoryKeys: string[] } | undefined;
  category: StatusCategory[] | undefined;
  /** All keys of the statuses in `category`. */
  categoryKeys: string[] | undefined;
  workflow: string | undefined;
  /** Whole-field values by filter name. */
  texts: Readonly<Record<string, string>>;
  tags: string[];
  words: string | undefined;
  createdFrom: string | undefined;
  createdTo: string | undefined;
  deadlineFrom: string | undefined;
  deadlineTo: string | undefined;
  statusChangedFrom: string | undefined;
  statusChangedTo: string | undefined;
  salaryMin: number | undefined;
  salaryMax: number | undefined;
}

/** Turns the filters of a request into a `JobFilter`, refusing words that mean nothing. */
@Injectable()
export class JobFilterResolver {
  constructor(private readonly workflows: WorkflowService) {}

  /**
   * @throws ValidationFailed for a status, category or workflow that does not exist, or a range that ends
   * before it begins
   * @throws Forbidden when somebody but an admin names another owner
   */
  async resolve(dto: JobFilterDto, caller: Caller): Promise<JobFilter> {
    assertRanges(dto);
    const category = dto.category?.map((word) => asCategory(word));
    return {
      ownerId: ownerOf(dto.ownerId, caller),
      archived: dto.archived === 'all' ? [false, true] : [dto.archived === 'true'],
      statuses: dto.status && (await this.resolveStatuses(dto.status)),
      category,
      categoryKeys: category && (await this.workflows.statusesIn(category)),
      workflow: dto.workflow === undefined ? undefined : await this.existingWorkflow(dto.workflow),
      texts: Object.fromEntries(
        WHOLE_TEXT_FILTERS.flatMap((name) => (dto[name] === undefined ? [] : [[name, dto[name]]])),
      ),
      tags: dto.tags ?? [],
      words: dto.q,
      createdFrom: dto.createdFrom,
      createdTo: dto.createdTo,
      deadlineFrom: dto.deadlineFrom,
      deadlineTo: dto.deadlineTo,
      statusChangedFrom: dto.statusChangedFrom,
      statusChangedTo: dto.statusChangedTo,
      salaryMin: dto.salaryMin,
      salaryMax: dto.salaryMax,
    };
  }

  private async resolveStatuses(words: string[]): Promise<JobFilter['statuses']> {
    const known = new Set(
      (await this.workflows.list()).flatMap(({ statuses }) => statuses.map(({ key }) => key)),
    );
    const keys = words.filter((word) => known.has(word));
    const categories = words.filter((word) => !known.has(word)).map((word) => asCategory(word, 'status'));
    return { keys, categories, categoryKeys: await this.workflows.statusesIn(categories) };
  }

  private async existingWorkflow(id: string): Promise<string> {
    if ((await this.workflows.byId()).has(id)) return id;
    throw ValidationFailed.of('workflow', 'is not a workflow (GET /api/workflows lists them)');
  }
}

const ownerOf = (ownerId: string | undefined, caller: Caller): string => {
  const owner = ownerId?.toLowerCase() ?? caller.id;
  if (owner !== caller.id && caller.role !== 'admin') throw new Forbidden();
  return owner;
};

const asCategory = (word: string, field = 'category'): StatusCategory => {
  const category = STATUS_CATEGORIES.find((known) => known === word);
  if (category !== undefined) return category;
  throw ValidationFailed.of(
    field,
    field === 'status' ? 'is neither a status nor a category' : 'is not a category',
  );
};

const assertRanges = (dto: JobFilterDto): void => {
  const ranges = [
    ['createdTo', dto.createdFrom, dto.createdTo],
    ['deadlineTo', dto.deadlineFrom, dto.deadlineTo],
    ['statusChangedTo', dto.statusChangedFrom, dto.statusChangedTo],
  ] as const;
  for (const [field, from, to] of ranges) {
    if (from !== undefined && to !== undefined && to < from)
      throw ValidationFailed.of(field, 'is before its beginning');
  }
  if (dto.salaryMin !== undefined && dto.salaryMax !== undefined && dto.salaryMax < dto.salaryMin) {
    throw ValidationFailed.of('salaryMax', 'is below salaryMin');
  }
};
