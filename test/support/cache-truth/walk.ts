import { isDeepStrictEqual } from 'node:util';
import { type TestResponse } from '../test-app';
import { type Instance, type Instances } from './instances';
import { Person, type Call } from './person';
import { type Random } from './random';
import { type Tally } from './tally';

/** A user is replaced after so many steps: what died while writing leaves that user without a cache for a minute. */
const STEPS_OF_A_LIFE = 50;

/** Steps that a failure tells of. */
const TOLD = 15;

/** How often an answer is read anew that a write of unknown outcome may have changed meanwhile. */
const LOOKS = 20;

/** Longest that a request may take while this and that fails, on a busy machine. Milliseconds. */
const PATIENCE = 30_000;

/** A cached answer was not the true one. */
export class Untrue extends Error {
  override readonly name = 'Untrue';
}

/** The random walk of one user after the other, who alone writes their own data. */
export class Walk {
  private readonly told: string[] = [];
  /** Uncached answers since the last write, by path. */
  private readonly truths = new Map<string, TestResponse>();
  private person: Person | undefined;
  private watched: Call[] = [];
  /** A write may still be under way that was not answered. */
  private unsure = false;

  constructor(
    private readonly name: string,
    private readonly instances: Instances,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {}

  /** Walks until `done`. @throws Untrue */
  async go(done: () => boolean): Promise<void> {
    for (let step = 0; !done(); step += 1) {
      if (step % STEPS_OF_A_LIFE === 0) await this.beBorn();
      this.tally.steps += 1;
      await this.step();
    }
  }

  /** For the moment of a fault: a new user, with answers that all instances have in their caches. */
  async prepare(): Promise<void> {
    await this.beBorn();
    const calls = ['/api/jobs', '/api/jobs?archived=all&sort=title', '/api/profile'];
    this.watched = calls.map((path) => ({ method: 'GET', path }));
    for (const id of this.known.ids.slice(0, 1)) {
      this.watched.push({ method: 'GET', path: `/api/jobs/${id}/status-events` });
    }
    await this.check();
    await this.check();
  }

  /** Writes what all of these answers show. @param through by any instance, when left out */
  async change(through?: Instance['name']): Promise<void> {
    const instance = this.instances.all.find(({ name }) => name === through) ?? this.anyone();
    const title = `Chief ${this.random.between(1, 1e9).toString(36)}`;
    for (const id of this.known.ids.slice(0, 1)) {
      const body = { title, status: this.random.pick(['offer', 'applied']) };
      await this.write({ method: 'PATCH', path: `/api/jobs/${id}`, body }, instance);
    }
  }

  /** Compares these answers of all instances. */
  check(): Promise<void> {
    return this.compareAll(this.watched);
  }

  private async beBorn(): Promise<void> {
    this.person = new Person(await this.instances.newUser(), this.random);
    this.told.length = 0;
    this.truths.clear();
    this.unsure = false;
    for (let count = 0; count < 3; count += 1) await this.write(this.known.write());
  }

  private step(): Promise<void> {
    const kind = this.random.weighted<() => Promise<void>>([
      [8, () => this.readTwice()],
      [3, () => this.readWriteRead()],
      [2, () => this.race()],
      [1, () => this.writeTwiceAtOnce()],
      [1, () => this.revalidate()],
    ]);
    return kind();
  }

  /** What one instance answers, another may have from the cache. */
  private async readTwice(): Promise<void> {
    const call = this.known.read();
    await this.compare(call, this.anyone());
    await this.compare(call, this.anyone());
  }

  /** What was there before a write is not served after it. */
  private async readWriteRead(): Promise<void> {
    const calls = [this.known.read(), this.known.read()];
    for (const call of calls) for (const instance of this.instances.all) await this.compare(call, instance);
    await this.write(this.known.write());
    await this.compareAll(calls);
  }

  /** Nor what was read while it was made. */
  private async race(): Promise<void> {
    const calls = [this.known.read(), this.known.read(), this.known.read()];
    const pauses = calls.map(() => this.random.between(0, 6));
    const racing = calls.map(async (call, index) => {
      await new Promise((resolve) => setTimeout(resolve, pauses[index]));
      await this.ask(call, this.anyone());
    });
    await Promise.all([this.write(this.known.write()), ...racing]);
    await this.compareAll(calls);
  }

  /** Two writes through any instances, at times the same one twice, and reads of what they change. */
  private async writeTwiceAtOnce(): Promise<void> {
    const first = this.known.write();
    const second = this.random.chance(0.5) ? first : this.known.write();
    const calls = [this.known.read(), this.known.read()];
    const racing = calls.map((call) => this.ask(call, this.anyone()));
    await Promise.all([this.write(first), this.write(second), ...racing]);
    await this.compareAll(calls);
  }

  /** A tag that is still good is of what is there. */
  private async revalidate(): Promise<void> {
    const call = this.known.read();
    const before = await this.compare(call, this.anyone());
    const tag = before?.headers.get('etag');
    if (tag === undefined || tag === null) return;
    if (this.random.chance(0.5)) await this.write(this.known.write());
    const headers = { ...call.headers, 'if-none-match': tag };
    const after = await this.compare({ ...call, headers }, this.anyone(), before);
    if (after?.status === 304) this.tally.unchanged += 1;
  }

  private async compareAll(calls: readonly Call[]): Promise<void> {
    for (const instance of this.instances.all) for (const call of calls) await this.compare(call, instance);
  }

  /** Compares an answer with the uncached one. @param known what a 304 stands for */
  private async compare(
    call: Call,
    instance: Instance,
    known?: TestResponse,
  ): Promise<TestResponse | undefined> {
    for (let look = 1; ; look += 1) {
      const wanted = await this.truthOf(call.path);
      const answer = await this.ask(call, instance);
      if (answer === undefined || wanted === undefined) return undefined;
      const same = isDeepStrictEqual(content(answer, known), content(wanted));
      if (same) {
        this.tally.answered(instance.name, answer.headers.get('x-cache') ?? String(answer.status));
        return answer;
      }
      // Unless an unanswered write has ended only now.
      const changed =
        this.unsure && !isDeepStrictEqual(content(wanted), contentOf(await this.truthOf(call.path)));
      if (!changed || look === LOOKS) throw this.untrue(call, instance, answer, wanted);
    }
  }

  /** The uncached answer; while nobody writes it stays what it is. */
  private async truthOf(path: string): Promise<TestResponse | undefined> {
    const known = this.truths.get(path);
    if (known !== undefined) return known;
    const answer = await this.ask({ method: 'GET', path }, 'truth');
    if (answer !== undefined && !this.unsure) this.truths.set(path, answer);
    return answer;
  }

  private async write(call: Call, through = this.anyone()): Promise<void> {
    this.truths.clear();
    const answer = await this.ask(call, through);
    this.truths.clear();
    if (answer === undefined) this.unsure = true;
    const { ids, gone } = this.known;
    const id = (answer?.body as { id?: string } | undefined)?.id;
    if (call.path === '/api/jobs' && answer?.status === 201 && id !== undefined && !ids.includes(id))
      ids.push(id);
    if (call.method === 'DELETE' && answer?.status === 204) gone.push(...ids.splice(0, ids.length));
    if (call.path.includes('/import') || gone.length > 0 || this.unsure) await this.learn();
  }

  private async learn(): Promise<void> {
    const found = await this.ask({ method: 'GET', path: '/api/jobs?archived=all&limit=100' }, 'truth');
    if (found?.status === 200)
      this.known.ids = (found.body as { data: { id: string }[] }).data.map(({ id }) => id);
    this.known.gone = this.known.gone.filter((id) => !this.known.ids.includes(id)).slice(-5);
  }

  /** `undefined`: it died meanwhile. */
  private async ask(call: Call, whom: Instance | 'truth'): Promise<TestResponse | undefined> {
    const { method, path, body, headers } = call;
    const name = whom === 'truth' ? whom : whom.name;
    const sent = { token: this.known.token, body, ...(headers === undefined ? {} : { headers }) };
    const request =
      whom === 'truth' ? this.instances.truth.request(method, path, sent) : whom.request(method, path, sent);
    const answer = await this.patiently(
      call,
      name,
      request.catch(() => undefined),
    );
    if (answer === undefined || answer.status >= 500) this.tally.unanswered += 1;
    const outcome = answer?.headers.get('x-cache') ?? '';
    this.tell(
      `${new Date().toISOString().slice(17)} ${name} ${method} ${path} -> ${answer?.status ?? 'no answer'} ${outcome}`,
    );
    if (path.startsWith('/api/jobs?limit=3')) this.remember(path, answer);
    // Busy, or without its database for a moment: it may answer another time.
    return answer === undefined || answer.status >= 500 ? undefined : answer;
  }

  private async patiently<T>(call: Call, name: string, request: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const steps = this.told.join('\n  ');
        reject(
          new Untrue(`${this.name}: no answer from ${name} to ${call.method} ${call.path} after\n  ${steps}`),
        );
      }, PATIENCE);
    });
    return Promise.race([request, late]).finally(() => clearTimeout(timer));
  }

  private remember(path: string, answer: TestResponse | undefined): void {
    const page = answer?.body as { pagination?: { nextCursor?: string | null } } | undefined;
    const cursor = page?.pagination?.nextCursor;
    if (cursor !== undefined && cursor !== null)
      this.known.followUp = `${path}&cursor=${encodeURIComponent(cursor)}`;
  }

  private untrue(call: Call, instance: Instance, answer: TestResponse, wanted: TestResponse): Untrue {
    const steps = this.told.join('\n  ');
    const texts = `${answer.status} ${answer.text.slice(0, 1500)}\nis truly:\n${wanted.status} ${wanted.text.slice(0, 1500)}`;
    return new Untrue(`${this.name}: ${instance.name} ${call.path} after\n  ${steps}\nanswered:\n${texts}`);
  }

  private tell(step: string): void {
    this.told.push(step);
    if (this.told.length > TOLD) this.told.shift();
  }

  private anyone(): Instance {
    return this.random.pick(this.instances.all);
  }

  private get known(): Person {
    if (this.person === undefined) throw new Error('Nobody has been born');
    return this.person;
  }
}

const contentOf = (answer: TestResponse | undefined): unknown =>
  answer === undefined ? undefined : content(answer);

/** What has to be the same. A 304 says that it is what the client has. */
const content = (answer: TestResponse, known?: TestResponse): unknown => {
  const { status, text, body } = answer.status === 304 && known !== undefined ? known : answer;
  if (status === 200) return text;
  // Problems name their request.
  return { status, code: (body as { code?: string } | undefined)?.code };
};
