import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019';
import addFormats from 'ajv-formats';
import type { MediaType, OpenApiDocument, Operation, Response, Schema } from './open-api';
import type { TestResponse } from './test-app';

/** Headers of HTTP itself and of the security middleware: the same everywhere, and no part of an operation. */
const GENERAL_HEADERS =
  /^(date|connection|keep-alive|transfer-encoding|content-(type|length|encoding)|vary|access-control-.*|content-security-policy|cross-origin-.*|origin-agent-cluster|referrer-policy|strict-transport-security|x-(content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection))$/;

/** Documented, but sent in some of these answers only. */
const SOMETIMES = /^(idempotency-replayed|retry-after)$/;

/** Codes whose answers always tell when to come again. */
const TELL_WHEN = ['rate_limited', 'unavailable', 'idempotency_in_progress'];

/**
 * A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and an object that lists its properties has no
 * others, so that an undocumented field is an error.
 */
export const toJsonSchema = (schema: Schema): Record<string, unknown> => {
  const { nullable, properties, items, oneOf, anyOf, allOf, $ref, type, required, ...rest } = schema;
  const choice = (schemas: Schema[]): Record<string, unknown>[] => schemas.map(toJsonSchema);
  const converted: Record<string, unknown> = {
    ...pick(rest, [
      'format',
      'enum',
      'minimum',
      'maximum',
      'minLength',
      'maxLength',
      'pattern',
      'minItems',
      'maxItems',
    ]),
    ...(type === undefined ? {} : { type }),
    ...($ref === undefined ? {} : { $ref: $ref.replace('#/components/schemas/', 'jobtrail:/') }),
    ...(items ? { items: toJsonSchema(items) } : {}),
    ...(oneOf ? { oneOf: choice(oneOf) } : {}),
    ...(anyOf ? { anyOf: choice(anyOf) } : {}),
    ...(allOf ? { allOf: choice(allOf) } : {}),
    ...(required ? { required } : {}),
    ...(properties ? { properties: mapValues(properties, toJsonSchema), additionalProperties: false } : {}),
  };
  if (typeof schema.additionalProperties === 'object')
    converted.additionalProperties = toJsonSchema(schema.additionalProperties);
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
};

const pick = (record: object, keys: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)));

const mapValues = <A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** Holds real answers to the document. */
export class AnswerCheck {
  private readonly ajv = new Ajv2019({ strict: false, allErrors: true });
  private readonly compiled = new Map<Schema, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    addFormats(this.ajv);
    for (const [name, schema] of Object.entries(document.components.schemas))
      this.ajv.addSchema({ ...toJsonSchema(schema), $id: `jobtrail:/${name}` });
  }

  /** What is wrong with a value under a schema of the document; empty when it is as documented. */
  schemaFlaws(schema: Schema, value: unknown): string[] {
    let validate = this.compiled.get(schema);
    if (validate === undefined)
      this.compiled.set(schema, (validate = this.ajv.compile(toJsonSchema(schema))));
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  }

  /** What of an answer is not as its operation documents it; empty when all is. */
  flaws({ responses }: Operation, answer: TestResponse): string[] {
    const documented = responses[String(answer.status)];
    if (documented === undefined) return [`undocumented status: ${answer.text.slice(0, 300)}`];
    return [...this.bodyFlaws(documented, answer), ...headerFlaws(documented, answer)];
  }

  private bodyFlaws({ content = {} }: Response, answer: TestResponse): string[] {
    const type = answer.headers.get('content-type');
    const types = Object.keys(content);
    if (types.length === 0)
      return answer.text === '' && type === null ? [] : [`a body of type ${type ?? 'none'}`];
    const media = content[type?.split(';')[0] ?? ''];
    if (media?.schema === undefined)
      return [`content type ${type ?? 'none'} instead of ${types.join(' or ')}`];
    if (answer.body === undefined) return answer.text.length > 0 ? [] : ['an empty body'];
    return [...codeFlaws(media, answer), ...this.schemaFlaws(media.schema, answer.body)];
  }
}

/** Reports of health have a status of errors and are no problem documents: they have no code. */
const codeFlaws = ({ examples = {} }: MediaType, { headers, body }: TestResponse): string[] =>
  !headers.get('content-type')?.startsWith('application/problem+json') || String(body.code) in examples
    ? []
    : [`undocumented code ${String(body.code)}`];

const headerFlaws = ({ headers = {} }: Response, answer: TestResponse): string[] => {
  const documented = Object.keys(headers).map((name) => name.toLowerCase());
  // An error keeps what its route says of caching, which is no part of the error.
  const general = (name: string): boolean =>
    GENERAL_HEADERS.test(name) || (name === 'cache-control' && answer.status >= 400);
  const unknown = [...answer.headers.keys()].filter((name) => !general(name) && !documented.includes(name));
  // A stream has no tag, since it is made while it is sent.
  const streamed = Array.isArray(answer.body);
  const tellsWhen = TELL_WHEN.includes(String(answer.body?.code));
  const missing = documented.filter(
    (name) =>
      !answer.headers.has(name) &&
      (!SOMETIMES.test(name) || (name === 'retry-after' && tellsWhen)) &&
      !(name === 'etag' && streamed),
  );
  return [
    ...unknown.map((name) => `undocumented header ${name}`),
    ...missing.map((name) => `missing header ${name}`),
  ];
};
