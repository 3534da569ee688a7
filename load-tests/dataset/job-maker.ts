import { arrayText, type CopyValue } from './copy-text';
import { deadlineOf } from './deadlines';
import { JOURNEYS, weightedPaths } from './journeys';
import { type Posting } from './postings';
import { type Random } from './random';
import { milestonesOf, type StatusFacts, type WorkflowStatuses } from './workflow-statuses';

const DAY = 86_400_000;
const INDUSTRIES = ['Software', 'Finance', 'Health care', 'Education', 'Manufacturing', 'Energy', 'Media'];
const JOB_TYPES = ['full-time', 'full-time', 'full-time', 'contract', 'internship', 'part-time'];
const TAGS = [
  'remote',
  'visa',
  'backend',
  'frontend',
  'data',
  'embedded',
  'c++',
  'typescript',
  'python',
  'urgent',
];
const CURRENCIES = ['USD', 'USD', 'USD', 'EUR', 'GBP', 'CAD'];

/** Columns of `jobs` that are written, in the order of `MadeJob.row`. */
export const JOB_COLUMNS =
  'id, owner_id, workflow_id, external_ref, title, company, location, city, state, job_type, industry, source, ' +
  'url, description, notes, salary_min, salary_max, salary_currency, deadline, tags, attributes, current_status, ' +
  'current_status_category, current_status_at, last_seq, version, created_at, updated_at, archived_at, ' +
  'archive_reason, applied_at, answered_at, offered_at, deadline_met_at';

/** Columns of `job_status_events`, in the order of `MadeJob.events`. */
export const EVENT_COLUMNS =
  'job_id, seq, id, status, category, note, metadata, occurred_at, recorded_at, actor_id';

/** A job with its trail, as rows of the two tables. */
export interface MadeJob {
  row: CopyValue[];
  events: CopyValue[][];
}

interface MadeEvent {
  status: string;
  facts: StatusFacts;
  occurredAt: number;
  recordedAt: number;
}

/** Makes jobs that look like real ones, drawn from real postings; the same each time for the same seed. */
export class JobMaker {
  private readonly workflows = Object.entries(JOURNEYS).map(([id, journeys]) => ({
    id,
    journeys,
    paths: weightedPaths(journeys),
  }));

  /**
   * @param statuses of each workflow
   * @param until nothing happens later; milliseconds since 1970
   */
  constructor(
    private readonly random: Random,
    private readonly postings: readonly Posting[],
    private readonly statuses: WorkflowStatuses,
    private readonly until: number,
  ) {}

  /** @param number tells the jobs apart; also the order of their creation */
  make(number: number, ownerId: string, createdAt: number): MadeJob {
    const workflow = this.pickWorkflow();
    const id = this.random.uuidV7(createdAt);
    const events = this.trail(workflow, createdAt);
    const newest = events.reduce((best, event) => (event.occurredAt >= best.occurredAt ? event : best));
    const lastRecorded = events.at(-1)?.recordedAt ?? createdAt;
    const archivedAt = this.random.chance(0.08)
      ? Math.min(this.until, Math.round(lastRecorded + this.random.duration(20 * DAY)))
      : null;
    const milestones = milestonesOf(events);
    return {
      row: [
        id,
        ownerId,
        workflow.id,
        this.random.chance(0.7) ? `dataset-${number}` : null,
        ...this.description(deadlineOf(this.random, createdAt, milestones.deadlineMetAt)),
        newest.status,
        newest.facts.category,
        time(newest.occurredAt),
        events.length,
        events.length + (archivedAt === null ? 0 : 1),
        time(createdAt),
        time(archivedAt ?? lastRecorded),
        timeOrNull(archivedAt),
        archivedAt !== null && this.random.chance(0.5) ? 'No longer of interest' : null,
        ...Object.values(milestones).map(timeOrNull),
      ],
      events: events.map((event, index) => [
        id,
        index + 1,
        this.random.uuidV7(event.recordedAt),
        event.status,
        event.facts.category,
        this.random.chance(0.1) ? `Noted when it became ${event.status}` : null,
        '{}',
        time(event.occurredAt),
        time(event.recordedAt),
        ownerId,
      ]),
    };
  }

  private pickWorkflow(): (typeof this.workflows)[number] {
    let rest = this.random.fraction();
    const found = this.workflows.find(({ journeys }) => (rest -= journeys.share) < 0);
    return found ?? this.workflows[0]!;
  }

  /** The events in the order in which they are recorded. A few are recorded after a later one. */
  private trail({ id, journeys, paths }: (typeof this.workflows)[number], createdAt: number): MadeEvent[] {
    let at = createdAt;
    const events = this.random.pick(paths).map((status, index) => {
      if (index > 0) at = Math.min(this.until, Math.round(at + this.random.duration(journeys.step)));
      return { status, facts: this.facts(id, status), occurredAt: at, recordedAt: at };
    });
    // Only where any status may follow any other, since the later one came before its turn.
    if (id === 'application' && events.length >= 3 && this.random.chance(0.06)) {
      const [late] = events.splice(-2, 1);
      if (late !== undefined) events.push({ ...late, recordedAt: at });
    }
    return events;
  }

  /** The columns from `title` to `attributes`. */
  private description(deadline: number | null): CopyValue[] {
    const { random, postings } = this;
    const posting = postings[random.skewedBelow(postings.length, 1.7)]!;
    const title = random.chance(0.8) ? posting.title : random.pick(postings).title;
    const [city = null, state = null] = posting.location.split(', ').filter((part) => part.length <= 200);
    return [
      title,
      this.mostly(0.95, posting.company),
      this.mostly(0.9, posting.location),
      city,
      state,
      this.mostly(0.7, random.pick(JOB_TYPES)),
      this.mostly(0.6, random.pick(INDUSTRIES)),
      posting.source,
      this.mostly(0.9, posting.url),
      this.mostly(0.15, `${title}. ${posting.company} in ${posting.location}. `.repeat(4)),
      this.mostly(0.1, 'Asked a friend who works there; answers within two weeks.'),
      ...this.salary(),
      timeOrNull(deadline)?.slice(0, 10) ?? null,
      arrayText([...new Set([...posting.tags, ...this.tags()])]),
      random.chance(0.1) ? `{"priority": ${random.below(5)}}` : '{}',
    ];
  }

  /** The value, with this probability. */
  private mostly(probability: number, value: string): string | null {
    return this.random.chance(probability) ? value : null;
  }

  /** Smallest, largest, currency; often none, sometimes without an upper end. */
  private salary(): CopyValue[] {
    const { random } = this;
    if (random.chance(0.6)) return [null, null, null];
    const smallest = 40_000 + 1000 * random.below(100);
    const largest = random.chance(0.8) ? smallest + 1000 * (5 + random.below(60)) : null;
    return [smallest, largest, random.pick(CURRENCIES)];
  }

  private tags(): string[] {
    return Array.from({ length: this.random.below(4) }, () => this.random.pick(TAGS));
  }

  private facts(workflow: string, status: string): StatusFacts {
    const facts = this.statuses.get(workflow)?.get(status);
    if (facts === undefined) throw new Error(`The workflow ${workflow} has no status ${status}`);
    return facts;
  }
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
const timeOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : time(milliseconds);
