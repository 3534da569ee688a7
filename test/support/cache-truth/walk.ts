import { setTimeout as delay } from 'node:timers/promises';
import { type TestResponse } from '../test-app';
import { Comparison } from './comparison';
import { type Instance, type Instances } from './instances';
import { Person, type Call } from './person';
import { type Random } from './random';
import { type Tally } from './tally';

/** A user is replaced after so many steps: what died while writing leaves that user without a cache for a minute. */
const STEPS_OF_A_LIFE = 50;

/** How long the answers of a witness may take to be in all caches. Milliseconds. */
const PREPARATION = 5000;

/** The random walk of one user after the other, who alone writes their own data. */
export class Walk {
  private life: { person: Person; comparison: Comparison } | undefined;
  private watched: Call[] = [];

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
    const end = performance.now() + PREPARATION;
    while (!(await this.check()) && performance.now() < end) await delay(20);
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

  /** Compares these answers of all instances; gives whether all came from the cache. */
  check(): Promise<boolean> {
    return this.compareAll(this.watched);
  }

  private async beBorn(): Promise<void> {
    const token = await this.instances.newUser();
    const comparison = new Comparison(this.name, token, this.instances, this.tally);
    this.life = { person: new Person(this.random), comparison };
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
      await delay(pauses[index]);
      await this.comparison.ask(call, this.anyone());
    });
    await Promise.all([this.write(this.known.write()), ...racing]);
    await this.compareAll(calls);
  }

  /** Two writes through any instances, at times the same one twice, and reads of what they change. */
  private async writeTwiceAtOnce(): Promise<void> {
    const first = this.known.write();
    const second = this.random.chance(0.5) ? first : this.known.write();
    const calls = [this.known.read(), this.known.read()];
    const racing = calls.map((call) => this.comparison.ask(call, this.anyone()));
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

  private async compareAll(calls: readonly Call[]): Promise<boolean> {
    let hits = true;
    for (const instance of this.instances.all) {
      for (const call of calls) {
        const answer = await this.compare(call, instance);
        hits &&= answer?.headers.get('x-cache') === 'HIT';
      }
    }
    return hits;
  }

  private async compare(
    call: Call,
    instance: Instance,
    known?: TestResponse,
  ): Promise<TestResponse | undefined> {
    const answer = await this.comparison.compare(call, instance, known);
    if (answer?.status === 200) this.known.learn(call, answer.body);
    return answer;
  }

  private async write(call: Call, through = this.anyone()): Promise<void> {
    const answer = await this.comparison.write(call, through);
    const learnt = answer !== undefined && this.known.wrote(call, answer.status, answer.body);
    if (learnt) return;
    const found = await this.comparison.ask(
      { method: 'GET', path: '/api/jobs?archived=all&limit=100' },
      'truth',
    );
    if (found?.status === 200)
      this.known.has((found.body as { data: { id: string }[] }).data.map(({ id }) => id));
  }

  private anyone(): Instance {
    return this.random.pick(this.instances.all);
  }

  private get known(): Person {
    return this.alive.person;
  }

  private get comparison(): Comparison {
    return this.alive.comparison;
  }

  private get alive(): { person: Person; comparison: Comparison } {
    if (this.life === undefined) throw new Error('Nobody has been born');
    return this.life;
  }
}
