import { openApiText } from '../../scripts/openapi/open-api-text';

/** The parts of a schema that the tests look into. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  nullable?: boolean;
  enum?: unknown[];
  example?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

/** What is said of a body of one content type. */
export interface MediaType {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { summary?: string; value: unknown }>;
}

/** A parameter of the path, the query or the headers. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: unknown;
}

/** An answer. */
export interface Response {
  description: string;
  headers?: Record<string, { description?: string; schema?: Schema }>;
  content?: Record<string, MediaType>;
}

/** One method of one path, with where it stands. */
export interface Operation {
  /** Upper case. */
  method: string;
  /** As documented, such as `/api/jobs/{id}`. */
  path: string;
  operationId: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, MediaType> };
  responses: Record<string, Response>;
}

/** An operation as it stands in the document. */
type WrittenOperation = Omit<Operation, 'method' | 'path' | 'parameters'> &
  Partial<Pick<Operation, 'parameters'>>;

/** The document, as far as the tests look into it. */
export interface OpenApiDocument {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, WrittenOperation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}

/** The document that the code makes now, whatever is committed. */
export const currentOpenApi = async (): Promise<OpenApiDocument> =>
  JSON.parse(await openApiText()) as OpenApiDocument;

/** Every operation, in the order of the document. */
export const operationsOf = ({ paths }: OpenApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...operation,
      parameters: operation.parameters ?? [],
      method: method.toUpperCase(),
      path,
    })),
  );

/** How tests call an operation, such as `GET /api/jobs/{id}`. */
export const nameOf = ({ method, path }: Pick<Operation, 'method' | 'path'>): string => `${method} ${path}`;

/** Whether it can be called without an access token; that of the metrics is another one. */
export const isPublic = ({ security }: Operation): boolean =>
  security?.every((scheme) => !('bearer' in scheme)) === true;

/** Content types of what it takes; empty where it takes no body. */
export const bodyTypes = ({ requestBody }: Operation): string[] => Object.keys(requestBody?.content ?? {});

/** Follows a reference within the document. */
export const resolveSchema = (document: OpenApiDocument, schema: Schema): Schema => {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
};

/** The example of a schema: its own, else put together from those of its properties. */
export const exampleOf = (document: OpenApiDocument, given: Schema): unknown => {
  const schema = resolveSchema(document, given);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  // A reference with a description of its own.
  if (schema.allOf?.length === 1) return exampleOf(document, schema.allOf[0] ?? {});
  if (schema.items) return [exampleOf(document, schema.items)];
  if (!schema.properties) return undefined;
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => [name, exampleOf(document, property)]),
  );
};
