/** SQL for where a job stands in the random order of all: evenly spread over the numbers of 64 bits, the same for ever. */
export const SAMPLE_PLACE = 'uuid_hash_extended(id, 0)';

/** `ix_jobs_owner_sample` holds the jobs of the first eighth of that order: -2^63 + 2^64 / 8. */
export const FIRST_EIGHTH = '-6917529027641081856';
