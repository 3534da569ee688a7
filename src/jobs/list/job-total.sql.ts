import { currentJobs } from '../../job-counts';
import { type Parameters } from '../../platform/database';
import { type JobFilter } from './job-filter';

/** Whether a filter asks for nothing but what the counts know: workflow, status, category, archived. */
export const isCounted = (filter: JobFilter): boolean =>
  Object.keys(filter.texts).length === 0 &&
  filter.tags.length === 0 &&
  [
    filter.words,
    filter.createdFrom,
    filter.createdTo,
    filter.deadlineFrom,
    filter.deadlineTo,
    filter.statusChangedFrom,
    filter.statusChangedTo,
    filter.salaryMin,
    filter.salaryMax,
  ].every((value) => value === undefined);

const oneOf = (column: string, values: readonly string[], parameters: Parameters): string =>
  `${column} IN (SELECT unnest(${parameters.add(values, 'text[]')}))`;

/** The category is that of the status in its workflow. */
const ofCategory = (categories: readonly string[], parameters: Parameters): string => `EXISTS (
  SELECT FROM workflow_statuses w
  WHERE w.workflow_id = c.workflow_id AND w.key = c.key AND ${oneOf('w.category', categories, parameters)})`;

const ofStatuses = (
  { keys, categories }: { keys: readonly string[]; categories: readonly string[] },
  parameters: Parameters,
): string => {
  const byKey = oneOf('c.key', keys, parameters);
  return categories.length === 0 ? byKey : `(${byKey} OR ${ofCategory(categories, parameters)})`;
};

const conditions = (filter: JobFilter, parameters: Parameters): string[] => {
  const { workflow, statuses, category } = filter;
  return [
    ...(workflow === undefined ? [] : [`c.workflow_id = ${parameters.add(workflow, 'text')}`]),
    ...(statuses === undefined ? [] : [ofStatuses(statuses, parameters)]),
    ...(category === undefined ? [] : [ofCategory(category, parameters)]),
  ];
};

/** SQL for the total of a list whose filter `isCounted`. */
export const jobTotal = (filter: JobFilter, parameters: Parameters): string =>
  currentJobs({
    owner: parameters.add(filter.ownerId, 'uuid'),
    archived: filter.archived,
    where: conditions(filter, parameters),
  });
