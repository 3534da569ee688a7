import { JobFilterDto } from '../../jobs';
import { createValidationPipe, ValidationFailed } from '../../platform/http';

const pipe = createValidationPipe();

/**
 * Reads filters as the list reads its query.
 * @throws ValidationFailed
 */
export const filtersOf = (given: Record<string, unknown>): Promise<Partial<JobFilterDto>> =>
  namingFilters(
    async () => (await pipe.transform(given, { type: 'query', metatype: JobFilterDto })) as JobFilterDto,
  );

/**
 * Runs `work`, which knows filters by their names alone.
 * @throws ValidationFailed that names each of them as it was sent: `filters.<name>`
 */
export const namingFilters = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ValidationFailed)) throw error;
    throw new ValidationFailed(
      error.errors.map(({ field, message }) => ({
        field: field === 'events' ? field : `filters.${field}`,
        message,
      })),
    );
  }
};
