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

const conditions = (filter: JobFilter, parameters: Parameters): string[] => {
  const { workflow, statuses, category } = filter;
  return [
    ...(workflow === undefined ? [] : [`c.workflow_id = ${parameters.add(workflow, 'text')}`]),
    ...(statuses === undefined
      ? []
      : [
          `(${oneOf('c.key', statuses.keys, parameters)} OR ${oneOf('w.category', statuses.categories, parameters)})`,
        ]),
    ...(category === undefined ? [] : [oneOf('w.category', category, parameters)]),
  ];
};

/** SQL for the total of a list whose filter `isCounted`. */
export const jobTotal = (filter: JobFilter, parameters: Parameters): string =>
  currentJobs({
    owner: parameters.add(filter.ownerId, 'uuid'),
    archived: filter.archived,
    where: conditions(filter, parameters),
  });
