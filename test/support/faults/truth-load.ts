import { randomUUID } from 'node:crypto';
import { eventually } from '../eventually';
import type { TestUser } from '../test-app';
import type { ServedProgram } from './served-program';
import { Yardstick } from './yardstick';

/** Milliseconds after which a request counts as hanging. */
const HANGS = 45_000;

/** One answer of an instance. */
interface Answer {
  /** Milliseconds it took. */
  took: number;
  /** When it came, on the clock of `performance.now()`. */
  at: number;
  /** What the cache did: `HIT`, `MISS`, `BYPASS`. */
  cache: string;
}

/** Clients that rename a job through one of several instances, and then read it through all of them, twice. */
export class TruthLoad {
  readonly answers: Answer[] = [];
  /** What no client may see: another title than the one that was acknowledged last, a failure, no answer. */
  readonly wrong: string[] = [];

  private readonly yardstick = new Yardstick();
  private ending = false;
  private clients: Promise<void>[] = [];

  constructor(private readonly instances: readonly ServedProgram[]) {}

  /** Sets clients to work, each with a user and a job of their own. */
  start(users: readonly { user: TestUser; jobId: string }[]): this {
    this.clients = users.map(({ user, jobId }, n) => this.work(user, `/api/jobs/${jobId}`, n));
    return this;
  }

  /** Lets each client end what it is at. */
  async stop(): Promise<void> {
    this.ending = true;
    await Promise.all(this.clients);
    this.yardstick.stop();
  }

  /** Milliseconds that the machine took at most, since a moment, for a piece of work like that of a small request. */
  slowestPiece(since: number): number {
    return this.yardstick.slowestSince(since);
  }

  /** Waits for so many more answers, which the condition holds for. */
  async untilAnswered(count: number, holds: (answer: Answer) => boolean = () => true): Promise<void> {
    const before = this.answers.length;
    await eventually(
      () => this.answers.slice(before).filter(holds).length,
      (found) => found >= count,
    );
  }

  private async work(user: TestUser, path: string, n: number): Promise<void> {
    for (let turn = n; !this.ending; turn++) {
      const title = randomUUID();
      const writer = this.instances[turn % this.instances.length];
      if (writer === undefined || !(await this.tells(writer, user, path, title, 'PATCH'))) continue;
      for (const reader of [...this.instances, ...this.instances])
        await this.tells(reader, user, path, title, 'GET');
    }
  }

  /** Whether an instance answers with that title. */
  private async tells(
    { url }: ServedProgram,
    { token }: TestUser,
    path: string,
    title: string,
    method: 'GET' | 'PATCH',
  ): Promise<boolean> {
    const began = performance.now();
    const type = { 'content-type': 'application/json' };
    try {
      const answer = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(method === 'PATCH' ? type : {}) },
        ...(method === 'PATCH' ? { body: JSON.stringify({ title }) } : {}),
        signal: AbortSignal.timeout(HANGS),
      });
      const told = (await answer.json()) as { title?: string };
      const at = performance.now();
      this.answers.push({ took: at - began, at, cache: answer.headers.get('x-cache') ?? '-' });
      if (answer.status === 200 && told.title === title) return true;
      this.wrong.push(`${method} ${answer.status} ${answer.headers.get('x-cache')} ${JSON.stringify(told)}`);
    } catch (error) {
      this.wrong.push(`${method} ${String(error)}`);
    }
    return false;
  }
}
