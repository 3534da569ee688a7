import { ApiHeader, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import { JobDto } from './dto/job.dto';

const JOB_ID = '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11';

/** Documents the path parameter `id` of a route below a job. */
export const ApiJobId = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'Id of the job.',
    schema: { type: 'string', format: 'uuid', example: JOB_ID },
  });

/** Documents that a change can be bound to a version of the job. */
export const ApiIfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'Change only this version of the job: its `ETag`.',
    schema: { type: 'string', example: '"7"' },
  });

/** The header of an answer that tells the job's version. */
export const VERSION_HEADER = {
  ETag: { description: 'The version.', schema: { type: 'string' as const, example: '"7"' } },
};

/** The header of an answer that tells where the new job is. */
export const LOCATION_HEADER = {
  Location: {
    description: 'Path of the job.',
    schema: { type: 'string' as const, example: `/api/jobs/${JOB_ID}` },
  },
};

/** Documents an answer that is the job with its version. */
export const ApiJobNow = (): MethodDecorator =>
  ApiOkResponse({ description: 'The job as it is now.', type: JobDto, headers: VERSION_HEADER });
