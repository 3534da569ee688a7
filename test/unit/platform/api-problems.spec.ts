import { ApiProblems, BODY_PROBLEMS } from '../../../src/platform/http';

/** Where @nestjs/swagger keeps what `ApiResponse` says; it does not export the name. */
const SWAGGER_RESPONSES = 'swagger/apiResponse';

type Responses = Record<
  string,
  { content: Record<string, { examples: Record<string, { value: unknown }> }> }
>;

const documented = (...problems: Parameters<typeof ApiProblems>): Record<string, string[]> => {
  class Controller {
    route(): void {
      // Only its metadata matter.
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Controller.prototype, 'route')!;
  ApiProblems(...problems)(Controller.prototype, 'route', descriptor);
  const responses = Reflect.getMetadata(SWAGGER_RESPONSES, Controller.prototype.route) as Responses;
  return Object.fromEntries(
    Object.entries(responses).map(([status, { content }]) => [
      status,
      Object.keys(content['application/problem+json']!.examples),
    ]),
  );
};

describe('The documented errors of a route', () => {
  it('are the general codes of each status, and 429 and 503 always', () => {
    expect(documented(401, 404)).toEqual({
      401: ['unauthenticated', 'token_expired'],
      404: ['not_found'],
      429: ['rate_limited'],
      503: ['unavailable'],
    });
  });

  it('are named codes where a status has several, gathered by status', () => {
    expect(documented(409, 'transition_not_allowed', 'idempotency_in_progress')).toEqual({
      409: ['already_exists', 'transition_not_allowed', 'idempotency_in_progress'],
      429: ['rate_limited'],
      503: ['unavailable'],
    });
  });

  it('of a route with a body are those of reading it', () => {
    expect(Object.keys(documented(...BODY_PROBLEMS))).toEqual(['400', '413', '415', '429', '503']);
  });

  it('cannot be of a status that no code has', () => {
    expect(() => ApiProblems(418)).toThrow('418');
  });
});
