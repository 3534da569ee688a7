import { isDeepStrictEqual } from 'node:util';
import { type TestResponse } from '../test-app';
import { type Instance, type Instances } from './instances';
import { type Call } from './person';
import { type Tally } from './tally';

/** Requests that a failure tells of. */
const TOLD = 15;

/** How often an answer is read anew that a write of unknown outcome may have changed meanwhile. */
const LOOKS = 20;

/** Longest that a request may take while this and that fails, on a busy machine. Milliseconds. */
const PATIENCE = 30_000;

/** Characters of a body that a failure tells of. */
const SHOWN = 1500;

/** A cached answer was not the true one, or there was none. */
export class Untrue extends Error {
  override readonly name = 'Untrue';
}

/** Sends the requests of one user, and compares answers of the instances with uncached ones. */
export class Comparison {
  private readonly told: string[] = [];
  /** Uncached answers since the last write, by path. */
  private readonly truths = new Map<string, TestResponse>();
  private unsure = false;

  constructor(
    private readonly name: string,
    private readonly token: string,
    private readonly instances: Instances,
    private readonly tally: Tally,
  ) {}

  /** Sends a write. `undefined`: it was not answered, and may still be under way. */
  async write(call: Call, instance: Instance): Promise<TestResponse | undefined> {
    this.truths.clear();
    const answer = await this.ask(call, instance);
    this.truths.clear();
    if (answer === undefined) this.unsure = true;
    return answer;
  }

  /**
   * Compares an answer with the uncached one; nothing may be written meanwhile.
   * @param known what a 304 stands for
   * @throws Untrue
   */
  async compare(call: Call, instance: Instance, known?: TestResponse): Promise<TestResponse | undefined> {
    for (let look = 1; ; look += 1) {
      const wanted = await this.truth(call.path);
      const answer = await this.ask(call, instance);
      if (answer === undefined || wanted === undefined) return undefined;
      if (isDeepStrictEqual(content(answer, known), content(wanted))) {
        this.tally.answered(instance.name, answer.headers.get('x-cache') ?? String(answer.status));
        return answer;
      }
      // An unanswered write may have ended only now.
      if (!this.unsure || look === LOOKS || !(await this.changed(call.path, wanted))) {
        throw this.untrue(
          `${instance.name} ${call.path}`,
          `answered:\n${shown(answer)}\nis truly:\n${shown(wanted)}`,
        );
      }
    }
  }

  /** The uncached answer; while nobody writes it stays what it is. */
  async truth(path: string): Promise<TestResponse | undefined> {
    const known = this.truths.get(path);
    if (known !== undefined) return known;
    const answer = await this.ask({ method: 'GET', path }, 'truth');
    if (answer !== undefined && !this.unsure) this.truths.set(path, answer);
    return answer;
  }

  /** `undefined`: it died meanwhile, or had something else to do. @throws Untrue when it stays silent */
  async ask(call: Call, whom: Instance | 'truth'): Promise<TestResponse | undefined> {
    const { method, path, body, headers } = call;
    const { name, request } = whom === 'truth' ? { name: whom, request: this.instances.truth.request } : whom;
    const sent = { token: this.token, body, ...(headers === undefined ? {} : { headers }) };
    const answering = request(method, path, sent).catch(() => undefined);
    const answer = await this.patiently(`${name} ${method} ${path}`, answering);
    const outcome = `${answer?.status ?? 'no answer'} ${answer?.headers.get('x-cache') ?? ''}`;
    this.told.push(`${new Date().toISOString().slice(17)} ${name} ${method} ${path} -> ${outcome}`);
    if (this.told.length > TOLD) this.told.shift();
    if (answer !== undefined && answer.status < 500) return answer;
    this.tally.unanswered += 1;
    return undefined;
  }

  private async changed(path: string, from: TestResponse): Promise<boolean> {
    const now = await this.truth(path);
    return now === undefined || !isDeepStrictEqual(content(now), content(from));
  }

  private patiently<T>(what: string, answering: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(this.untrue(what, 'gave no answer')), PATIENCE);
    });
    return Promise.race([answering, late]).finally(() => clearTimeout(timer));
  }

  private untrue(what: string, how: string): Untrue {
    return new Untrue(`${this.name}: ${what} after\n  ${this.told.join('\n  ')}\n${how}`);
  }
}

const shown = ({ status, text }: TestResponse): string => `${status} ${text.slice(0, SHOWN)}`;

/** What has to be the same. A 304 says that it is what the client has. */
const content = (answer: TestResponse, known?: TestResponse): unknown => {
  const { status, text, body } = answer.status === 304 && known !== undefined ? known : answer;
  if (status === 200) return text;
  // Problems name their request.
  return { status, code: (body as { code?: string } | undefined)?.code };
};
