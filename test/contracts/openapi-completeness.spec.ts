import { problemCodes } from '../../src/platform/http';
import {
  bodyTypes,
  currentOpenApi,
  exampleOf,
  isPublic,
  nameOf,
  operationsOf,
  resolveSchema,
  type OpenApiDocument,
  type Operation,
  type Schema,
} from '../support/open-api';
import { realRoutes } from '../support/route-table';

/** Needs nothing but the process, so it cannot be unavailable. */
const WITHOUT_DATABASE = [
  'GET /api/health/live',
  'GET /metrics',
  'GET /api/admin/system-metrics',
  'POST /api/admin/diagnostics/cpu-profile',
  'POST /api/admin/diagnostics/heap-snapshot',
];

/** Not limited: probes come as often as they like. */
const UNLIMITED = ['GET /api/health', 'GET /api/health/live', 'GET /api/health/ready', 'GET /metrics'];

/** Has a token of its own. */
const METRICS = 'GET /metrics';

/** Answer 503 with their report: it says what is wrong to machines that know its shape. */
const REPORTS = ['GET /api/health', 'GET /api/health/ready'];

/** Answered from the cache where it has them. */
const CACHED = [
  'GET /api/jobs',
  'GET /api/jobs/upcoming-deadlines',
  'GET /api/jobs/{id}',
  'GET /api/jobs/{id}/status-events',
  'GET /api/jobs/{id}/statuses',
  'GET /api/profile',
  'GET /api/skills',
  'GET /api/stats',
  'GET /api/workflows',
  'GET /api/workflows/{id}',
];

const PROBLEM = 'application/problem+json';

let document: OpenApiDocument;
let operations: Operation[];

beforeAll(async () => {
  document = await currentOpenApi();
  operations = operationsOf(document);
});

/** Names of the operations that break a rule; a test expects none. */
const breaking = (rule: (operation: Operation) => boolean): string[] =>
  operations.filter((operation) => !rule(operation)).map(nameOf);

const problemExamples = (): { place: string; value: Record<string, unknown> }[] =>
  operations.flatMap((operation) =>
    Object.entries(operation.responses).flatMap(([status, { content }]) =>
      Object.values(content?.[PROBLEM]?.examples ?? {}).map(({ value }) => ({
        place: `${nameOf(operation)} ${status}`,
        value: value as Record<string, unknown>,
      })),
    ),
  );

describe('Every operation', () => {
  it('has a summary, a tag and a name of its own', () => {
    expect(breaking(({ summary, tags }) => (summary ?? '').length > 5 && (tags ?? []).length > 0)).toEqual(
      [],
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.filter((id, index) => !/^\w+$/.test(id) || ids.indexOf(id) !== index)).toEqual([]);
  });

  it('demands the access token or says that it is public', () => {
    const known = (operation: Operation): boolean =>
      operation.security?.length === 0 ||
      JSON.stringify(operation.security) ===
        (nameOf(operation) === METRICS ? '[{"metrics":[]}]' : '[{"bearer":[]}]');
    expect(breaking(known)).toEqual([]);
    for (const scheme of ['bearer', 'metrics'])
      expect(document.components.securitySchemes).toHaveProperty(scheme);
  });

  it('describes each parameter, with a type and an example', () => {
    const flaws = operations.flatMap((operation) =>
      operation.parameters.flatMap(({ name, description, schema, example }) => {
        const shown = example ?? schema?.example ?? schema?.enum ?? schema?.default;
        const complete = (description ?? '').length > 5 && typed(schema) && shown !== undefined;
        return complete ? [] : `${nameOf(operation)} ${name}`;
      }),
    );
    expect(flaws).toEqual([]);
  });

  it('names each part of its path as a parameter, and no other', () => {
    const inPath = ({ parameters }: Operation): string[] =>
      parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(
      breaking((operation) => {
        const parts = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
        return parts.join() === inPath(operation).join();
      }),
    ).toEqual([]);
  });

  it('that takes a body has its schema and an example', () => {
    expect(
      breaking(({ requestBody }) =>
        Object.values(requestBody?.content ?? {}).every(
          ({ schema, example, examples }) =>
            schema !== undefined && (example ?? examples ?? exampleOf(document, schema)) !== undefined,
        ),
      ),
    ).toEqual([]);
    expect(
      breaking(({ method, requestBody }) => !['PUT', 'PATCH'].includes(method) || !!requestBody),
    ).toEqual([]);
  });

  it('describes each answer, with a schema unless it has no body', () => {
    const flaws = operations.flatMap((operation) =>
      Object.entries(operation.responses).flatMap(([status, { description, content }]) => {
        const schemas = Object.values(content ?? {}).map(({ schema }) => schema !== undefined);
        const hasBody = schemas.length > 0 && schemas.every(Boolean);
        return description.length > 5 && hasBody === !['204', '304'].includes(status)
          ? []
          : `${nameOf(operation)} ${status}`;
      }),
    );
    expect(flaws).toEqual([]);
    expect(
      breaking(({ responses }) => Object.keys(responses).some((status) => /^2\d\d$/.test(status))),
    ).toEqual([]);
  });

  it('names its errors: 400 with input, 401 with a token, 404 with an id, 413 and 415 with a body, 429 with limits, 503 with data', () => {
    const flaws = operations.flatMap((operation) => {
      const { parameters, path, responses } = operation;
      const takesQuery = parameters.some((parameter) => parameter.in === 'query');
      const body = bodyTypes(operation).length > 0;
      const expected = [
        ...(takesQuery || body ? ['400'] : []),
        ...(isPublic(operation) ? [] : ['401']),
        ...(path.includes('{') ? ['404'] : []),
        ...(body ? ['413', '415'] : []),
        ...(UNLIMITED.includes(nameOf(operation)) ? [] : ['429']),
        ...(WITHOUT_DATABASE.includes(nameOf(operation)) ? [] : ['503']),
      ];
      return expected
        .filter((status) => !(status in responses))
        .map((status) => `${nameOf(operation)} ${status}`);
    });
    expect(flaws).toEqual([]);
  });

  it('answers errors as problem documents, with examples whose code belongs to the status', () => {
    const flaws = operations.flatMap((operation) =>
      Object.entries(operation.responses)
        .filter(([status]) => Number(status) >= 400)
        .filter(([status]) => !(status === '503' && REPORTS.includes(nameOf(operation))))
        .filter(([, { content }]) => Object.keys(content?.[PROBLEM]?.examples ?? {}).length === 0)
        .map(([status]) => `${nameOf(operation)} ${status}`),
    );
    expect(flaws).toEqual([]);
    const codes = problemCodes as Record<string, { status: number } | undefined>;
    const wrong = problemExamples().filter(
      ({ place, value }) =>
        codes[String(value.code)]?.status !== value.status || !place.endsWith(String(value.status)),
    );
    expect(wrong).toEqual([]);
  });

  it('tells with every answer how many requests are left, unless it is not limited', () => {
    const tells = ({ responses }: Operation): boolean[] =>
      Object.values(responses).flatMap(({ headers = {} }) =>
        ['Limit', 'Remaining', 'Reset'].map(
          (name) => headers[`X-RateLimit-${name}`]?.schema?.type === 'integer',
        ),
      );
    expect(
      breaking((operation) =>
        tells(operation).every((told) => told !== UNLIMITED.includes(nameOf(operation))),
      ),
    ).toEqual([]);
    expect(
      breaking((operation) => '429' in operation.responses !== UNLIMITED.includes(nameOf(operation))),
    ).toEqual([]);
  });

  it('that is cached tells so, and takes the tag that it gave', () => {
    const told = operations.filter(({ responses }) => '304' in responses).map(nameOf);
    expect(told.sort()).toEqual(CACHED);
    const complete = ({ parameters, responses }: Operation): boolean =>
      parameters.some(({ in: place, name }) => place === 'header' && name === 'If-None-Match') &&
      ['200', '304'].every((status) =>
        ['ETag', 'Cache-Control', 'X-Cache'].every((name) => responses[status]?.headers?.[name]?.schema),
      );
    expect(breaking((operation) => CACHED.includes(nameOf(operation)) === complete(operation))).toEqual([]);
  });

  it('shows nothing of how its documentation is made', () => {
    expect(
      operations.flatMap((operation) => Object.keys(operation).filter((key) => key.startsWith('x-'))),
    ).toEqual([]);
  });

  it('sends the id of the request with every answer', () => {
    expect(
      breaking(({ responses }) =>
        Object.values(responses).every(({ headers }) => headers?.['X-Request-Id']?.schema?.type === 'string'),
      ),
    ).toEqual([]);
  });
});

/** Whether a schema says what it is, at every depth. */
const typed = (schema: Schema | undefined): boolean => {
  if (schema === undefined) return false;
  if (schema.$ref !== undefined) return true;
  const alternatives = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (alternatives) return alternatives.every(typed);
  if (schema.type === 'array') return typed(schema.items);
  return schema.type !== undefined && Object.values(schema.properties ?? {}).every(typed);
};

const propertiesOf = (): [string, Schema][] =>
  Object.entries(document.components.schemas).flatMap(([name, { properties }]) =>
    Object.entries(properties ?? {}).map(([property, schema]): [string, Schema] => [
      `${name}.${property}`,
      schema,
    ]),
  );

describe('Every schema', () => {
  it('has a type, and so has each of its properties', () => {
    expect(Object.entries(document.components.schemas).filter(([, schema]) => !typed(schema))).toEqual([]);
  });

  it('has an example for each property', () => {
    const unshown = propertiesOf().filter(
      ([, schema]) => !schema.allOf && exampleOf(document, resolveSchema(document, schema)) === undefined,
    );
    expect(unshown.map(([name]) => name)).toEqual([]);
  });

  it('is used, or named where its lines are described', () => {
    const text = JSON.stringify(document);
    const unused = Object.keys(document.components.schemas).filter(
      (name) => !text.includes(`"#/components/schemas/${name}"`) && !text.includes(`\`${name}\``),
    );
    expect(unused).toEqual([]);
  });
});

describe('The codes of errors', () => {
  /** What no operation promises: it is always a fault of ours, or of a client that speaks no HTTP. */
  const UNPROMISED = ['internal_error', 'bad_request'];

  it('appear in the document, each of them', () => {
    const shown = new Set(problemExamples().map(({ value }) => value.code));
    expect(
      Object.keys(problemCodes).filter((code) => !shown.has(code) && !UNPROMISED.includes(code)),
    ).toEqual([]);
  });
});

describe('The document', () => {
  it('holds exactly the routes that the program has', async () => {
    expect(operations.map(nameOf).sort()).toEqual(await realRoutes());
  });
});
