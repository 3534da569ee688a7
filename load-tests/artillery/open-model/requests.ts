import { requestBytes } from '../../bench/http-client';

/** One request of a scenario's flow. */
export interface RequestSpec {
  url: string;
  name?: string;
  /** How often it comes, to the weights of the others. Default 1. */
  weight?: number;
  headers?: Record<string, string>;
  json?: unknown;
  expect?: { statusCode?: number };
}

/** What is sent, and what of its answer is right. */
export interface ReadyRequest {
  name: string;
  expected: number;
  bytes: Buffer;
}

/** Fills `{{ name }}` in from the user. @throws Error for what the user does not have */
const filled = (text: string, user: Readonly<Record<string, unknown>>): string =>
  text.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_all, name: string) => {
    const value = user[name];
    if (typeof value !== 'string' || value === '') throw new Error(`A user has no ${name}`);
    return value;
  });

/** Makes the bytes of each request for each user once, so that sending one costs next to nothing. */
export class RequestMaker {
  private readonly specs: { method: string; spec: RequestSpec; upTo: number }[] = [];
  private readonly made = new Map<string, Buffer>();
  private total = 0;

  /** @param flow as in Artillery: each step is a method with its request */
  constructor(
    flow: readonly Record<string, RequestSpec>[],
    private readonly users: readonly Readonly<Record<string, unknown>>[],
  ) {
    for (const step of flow)
      for (const [method, spec] of Object.entries(step)) {
        this.total += spec.weight ?? 1;
        this.specs.push({ method: method.toUpperCase(), spec, upTo: this.total });
      }
    if (this.specs.length === 0 || users.length === 0) throw new Error('No request, or no user to make it');
  }

  /** A request by the user with this number; which one is drawn by weight. `luck` is at least 0 and below 1. */
  next(number: number, luck = Math.random()): ReadyRequest {
    const at = luck * this.total;
    const index = this.specs.findIndex(({ upTo }) => at < upTo);
    const { method, spec } = this.specs[index]!;
    const user = number % this.users.length;
    const key = `${index} ${user}`;
    const bytes = this.made.get(key) ?? this.make(method, spec, this.users[user]!);
    this.made.set(key, bytes);
    return { name: spec.name ?? spec.url, expected: spec.expect?.statusCode ?? 200, bytes };
  }

  private make(method: string, spec: RequestSpec, user: Readonly<Record<string, unknown>>): Buffer {
    const headers = Object.fromEntries(
      Object.entries(spec.headers ?? {}).map(([name, value]) => [name, filled(value, user)]),
    );
    const body = spec.json === undefined ? undefined : filled(JSON.stringify(spec.json), user);
    return requestBytes(method, filled(spec.url, user), headers, body);
  }
}
