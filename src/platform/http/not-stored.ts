import { type ApiResponseOptions } from '@nestjs/swagger';

/** The header of answers that nobody is to keep, as documented: `Cache-Control: no-store`. */
export const NOT_STORED: NonNullable<ApiResponseOptions['headers']> = {
  'Cache-Control': {
    description: 'Not to be kept anywhere.',
    schema: { type: 'string', example: 'no-store' },
  },
};
