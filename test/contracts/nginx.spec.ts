import type { IncomingMessage } from 'node:http';
import { requestId } from '../../src/platform/http';
import { readRepositoryFile } from '../support/repository-files';

interface Operation {
  parameters?: { name: string }[];
}

const site = readRepositoryFile('deploy/nginx/jobtrail.conf');

/** The patterns of the map that says which keys are honoured. */
const patterns = ((): RegExp[] => {
  const [, map = ''] = /^map \$request_method:\$uri \$honoured_key \{([^}]*)\}/m.exec(site) ?? [];
  return [...map.matchAll(/^ +~(\S+) \$http_idempotency_key;$/gm)].map(
    ([, pattern = '']) => new RegExp(pattern),
  );
})();

/** Every operation as the map has it, such as `POST:/api/jobs/7/archive`, and whether it honours a key. */
const operations = ((): { asked: string; honours: boolean }[] => {
  const { paths } = JSON.parse(readRepositoryFile('docs/openapi.json')) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { parameters = [] }]) => {
      const honours = parameters.some(({ name }) => name === 'Idempotency-Key');
      const asked = `${method.toUpperCase()}:${path.replaceAll(/\{\w+\}/g, '01975c1e')}`;
      return [
        { asked, honours },
        { asked: `${asked}/`, honours },
      ];
    }),
  );
})();

describe('The configuration of nginx', () => {
  it('repeats with an Idempotency-Key what honours it, in both spellings, and nothing else', () => {
    const repeated = operations.filter(({ asked }) => patterns.some((pattern) => pattern.test(asked)));
    expect(repeated.map(({ asked }) => asked)).toEqual(
      operations.filter(({ honours }) => honours).map(({ asked }) => asked),
    );
    expect(repeated.length).toBeGreaterThan(10);
  });

  it('names no route that is not there', () => {
    const idle = patterns.filter((pattern) => !operations.some(({ asked }) => pattern.test(asked)));
    expect(idle).toEqual([]);
  });

  it('takes the X-Request-Ids of clients that Jobtrail takes, so that both know a request by the same', () => {
    const [, pattern = ''] =
      /map \$http_x_request_id \$jobtrail_id \{[^}]*"~(.+)" \$http_x_request_id;/.exec(site) ?? [];
    const characters = Array.from({ length: 256 }, (_none, code) => String.fromCharCode(code));
    const ids = [...characters, ...[0, 1, 127, 128, 129].map((length) => 'a'.repeat(length)), 'a b', 'b, c'];
    const taken = (id: string): boolean =>
      requestId({ headers: { 'x-request-id': id } } as unknown as IncomingMessage) === id;
    expect(ids.filter((id) => new RegExp(pattern).test(id))).toEqual(ids.filter(taken));
    expect(ids.filter(taken).length).toBeGreaterThan(60);
  });
});
