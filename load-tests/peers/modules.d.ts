/**
 * What is used of the peers' libraries. They are installed only when they are measured, and the project is checked
 * without them.
 */
declare module 'postgraphile' {
  import { type RequestListener } from 'node:http';
  import { type PoolConfig } from 'pg';

  export const postgraphile: (
    pool: PoolConfig,
    schema: string,
    options: Readonly<Record<string, boolean | string>>,
  ) => RequestListener;
}

declare module '@dataui/crud' {
  export const Crud: (options: {
    model: { type: abstract new () => unknown };
    query: { exclude?: string[]; limit?: number; alwaysPaginate?: boolean };
  }) => ClassDecorator;
}

declare module '@dataui/crud-typeorm' {
  import { type ObjectLiteral, type Repository } from 'typeorm';

  export const TypeOrmCrudService: new <T extends ObjectLiteral>(repository: Repository<T>) => object;
}

declare module 'knex' {
  import { type PoolConfig } from 'pg';

  export interface Knex {
    readonly client: unknown;
  }
  export const knex: (options: {
    client: 'pg';
    connection: PoolConfig;
    pool: { min: number; max: number };
  }) => Knex;
}

declare module '@feathersjs/feathers' {
  export const feathers: () => object;
}

declare module '@feathersjs/express' {
  import { type Server } from 'node:http';

  interface Context {
    params: { query: Record<string, unknown> };
  }
  interface Application {
    configure(plugin: unknown): this;
    use(path: string, service: unknown): this;
    use(middleware: unknown): this;
    service(path: string): { hooks(hooks: { before: { find: ((context: Context) => void)[] } }): void };
    listen(port: number, host: string): Promise<Server>;
  }
  export default function express(app: object): Application;
  export const rest: () => unknown;
  export const errorHandler: () => unknown;
}

declare module '@feathersjs/knex' {
  import { type Knex } from 'knex';

  export const KnexService: new (options: {
    Model: Knex;
    name: string;
    paginate: { default: number; max: number };
  }) => object;
}
