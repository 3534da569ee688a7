import type { AnsweredJob } from '../job-api';

/** Filters as a request names them; list values joined by commas. */
export type ListFilter = Readonly<Record<string, string>>;

/** Every sort of the contract. */
export const ALL_SORTS: readonly string[] = [
  'createdAt',
  'updatedAt',
  'title',
  'company',
  'deadline',
  'currentStatusAt',
].flatMap((name) => [name, `-${name}`]);

const CATEGORIES = ['todo', 'active', 'success', 'failure', 'dropped'];

type Matcher = (job: AnsweredJob, value: string) => boolean;

const sameText =
  (field: string): Matcher =>
  (job, value) => {
    const text = job[field];
    return typeof text === 'string' && text.toLowerCase() === value.toLowerCase();
  };
const time = (field: string, holds: (time: number, bound: number) => boolean): Matcher => {
  return (job, value) => holds(Date.parse(job[field] as string), Date.parse(value));
};
/** Days compare as texts. */
const day = (holds: (deadline: string, bound: string) => boolean): Matcher => {
  return ({ deadline }, value) => deadline !== null && holds(deadline as string, value);
};
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{Nd}+#]+/u)
    .filter((word) => word !== '');
const hasSalary = ({ salaryMin, salaryMax }: AnsweredJob): boolean =>
  salaryMin !== null || salaryMax !== null;

/** What each filter of the contract means, said apart from the code under test. */
const MATCHERS: Readonly<Record<string, Matcher>> = {
  status: (job, value) =>
    value
      .split(',')
      .some((word) =>
        CATEGORIES.includes(word) ? job.currentStatusCategory === word : job.currentStatus === word,
      ),
  category: (job, value) => value.split(',').includes(job.currentStatusCategory as string),
  workflow: (job, value) => job.workflow === value,
  company: sameText('company'),
  location: sameText('location'),
  city: sameText('city'),
  state: sameText('state'),
  jobType: sameText('jobType'),
  industry: sameText('industry'),
  source: sameText('source'),
  tags: (job, value) => {
    const tags = (job.tags as string[]).map((tag) => tag.toLowerCase());
    return value.split(',').every((tag) => tags.includes(tag.toLowerCase()));
  },
  createdFrom: time('createdAt', (at, bound) => at >= bound),
  createdTo: time('createdAt', (at, bound) => at < bound),
  statusChangedFrom: time('currentStatusAt', (at, bound) => at >= bound),
  statusChangedTo: time('currentStatusAt', (at, bound) => at < bound),
  deadlineFrom: day((deadline, bound) => deadline >= bound),
  deadlineTo: day((deadline, bound) => deadline <= bound),
  salaryMin: (job, value) => hasSalary(job) && Number(job.salaryMax ?? Infinity) >= Number(value),
  salaryMax: (job, value) => hasSalary(job) && Number(job.salaryMin ?? 0) <= Number(value),
  q: (job, value) => {
    const words = wordsOf(`${job.title} ${(job.company as string | null) ?? ''}`);
    return wordsOf(value).every((wanted) => words.some((word) => word.startsWith(wanted)));
  },
  archived: (job, value) => value === 'all' || (job.archivedAt !== null) === (value === 'true'),
};

/** Whether a job belongs to the list that `filter` asks for. */
export const matches = (job: AnsweredJob, filter: ListFilter): boolean =>
  Object.entries({ archived: 'false', ...filter }).every(([name, value]) => {
    const matcher = MATCHERS[name];
    if (matcher === undefined) throw new Error(`No matcher for ${name}`);
    return matcher(job, value);
  });

const compareTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Orders jobs as `sort` asks: by the key, ties by id, jobs without a key last in both directions. */
export const comparator = (sort: string): ((a: AnsweredJob, b: AnsweredJob) => number) => {
  const sign = sort.startsWith('-') ? -1 : 1;
  const field = sort.replace('-', '');
  const folded = field === 'title' || field === 'company';
  const keyOf = (job: AnsweredJob): string | null => {
    const value = job[field] as string | null;
    return value === null || !folded ? value : value.toLowerCase();
  };
  return (a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if ((left === null) !== (right === null)) return left === null ? 1 : -1;
    const byKey = left === null || right === null ? 0 : compareTexts(left, right);
    return sign * (byKey === 0 ? compareTexts(a.id, b.id) : byKey);
  };
};

/** The list that `filter` and `sort` ask for, of all jobs of an owner. */
export const expectedList = (
  jobs: readonly AnsweredJob[],
  filter: ListFilter,
  sort = '-createdAt',
): AnsweredJob[] => jobs.filter((job) => matches(job, filter)).sort(comparator(sort));
