import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Answer = Extract<Operation['responses'][string], { description: string }>;
type Headers = NonNullable<Answer['headers']>;

/** Under what the decorators tell the documentation of an operation; not in the finished document. */
export const CACHED_MARK = 'x-front-cached';
export const UNLIMITED_MARK = 'x-front-unlimited';

const seconds = (description: string, example: number, minimum: number): Headers[string] => ({
  description,
  schema: { type: 'integer', minimum, example },
});

const LIMIT_HEADERS: Headers = {
  'X-RateLimit-Limit': seconds('Most requests in the window that is the tightest now.', 60, 1),
  'X-RateLimit-Remaining': seconds('Requests left in that window.', 59, 0),
  'X-RateLimit-Reset': seconds('Seconds until that window ends.', 60, 1),
};

const CACHE_HEADERS: Headers = {
  ETag: {
    description:
      'Names this answer; send it as `If-None-Match` next time. An encoded one has a suffix (`-br`).',
    schema: { type: 'string', example: '"5f0c1b9ad2e84c37a1b6d0f2"' },
  },
  'Cache-Control': {
    description: 'Keep it, but ask each time whether it is current.',
    schema: { type: 'string', enum: ['private, no-cache'] },
  },
  'X-Cache': {
    description: 'From the cache, put there now, or past it.',
    schema: { type: 'string', enum: ['HIT', 'MISS', 'BYPASS'] },
  },
};

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: '304 without a body if the answer is still the one with this `ETag`.',
  schema: { type: 'string' as const, example: '"5f0c1b9ad2e84c37a1b6d0f2"' },
};

/** Documents what the front does for an operation, by what its decorators say: limits, caching, 304. */
export const documentFront = (operation: Operation): void => {
  const marks = operation as unknown as Record<string, unknown>;
  const [cached, unlimited] = [marks[CACHED_MARK] === true, marks[UNLIMITED_MARK] === true];
  delete marks[CACHED_MARK];
  delete marks[UNLIMITED_MARK];
  if (cached) documentCaching(operation);
  if (unlimited) delete operation.responses['429'];
  else for (const answer of answersOf(operation)) answer.headers = { ...LIMIT_HEADERS, ...answer.headers };
};

const documentCaching = (operation: Operation): void => {
  operation.parameters = [...(operation.parameters ?? []), IF_NONE_MATCH];
  operation.responses['304'] = { description: 'Not Modified: the client has this answer already.' };
  for (const status of ['200', '304']) {
    const answer = operation.responses[status] as Answer | undefined;
    if (answer !== undefined) answer.headers = { ...CACHE_HEADERS, ...answer.headers };
  }
};

const answersOf = ({ responses }: Operation): Answer[] => Object.values(responses) as Answer[];
