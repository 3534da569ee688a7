import { randomUUID } from 'node:crypto';
import { eventually } from '../eventually';
import type { TestUser } from '../test-app';
import type { ServedProgram } from './served-program';
import { Yardstick } from './yardstick';

/** Milliseconds after which a request counts as hanging: far longer than any bound of the program. */
const HANGS = 45_000;

/** Milliseconds between an attempt that failed and the next one of the same client. */
const PAUSE = 50;

const STATUSES = ['applied', 'phone_screen', 'interview', 'offer'];

/** How one request ended. */
export interface Outcome {
  kind: 'append' | 'read';
  /** Status and code, such as `503 unavailable`; `broken`: the connection ended; `hung`: there was no answer. */
  answer: string;
  /** Milliseconds it took. */
  took: number;
  /** When it was sent, on the clock of `performance.now()`. */
  began: number;
  /** The `X-Request-Id` that it was sent with. */
  id: string;
  /** What an answer other than 2xx said of itself: `detail` of the problem document; else why the connection broke. */
  detail?: string | undefined;
}

/** How a request was answered, and what was said of it. */
type Answer = Pick<Outcome, 'answer' | 'detail'>;

/** How many clients there are, each with one request at a time. */
export interface Clients {
  /** Append with an `Idempotency-Key`, and repeat what was not answered 201 until it is. */
  keyed: number;
  /** Append without one, and repeat nothing. */
  plain: number;
  /** Read lists, jobs and histories. */
  readers: number;
}

/** Clients that append to jobs of one user and read them, without a pause, until they are stopped. */
export class Load {
  /** Every request so far, in the order in which they ended. */
  readonly outcomes: Outcome[] = [];
  /** Notes of events that were acknowledged with 201; each note belongs to one event that a client wants. */
  readonly acknowledged = new Set<string>();
  /** Notes of events that were sent and not acknowledged: whether they were written is open. */
  readonly doubtful = new Set<string>();

  /** When each request was sent that is not answered yet. */
  private readonly pending = new Set<number>();

  private static readonly running = new Set<Load>();

  private yardstick: Yardstick | undefined;
  private ending = false;
  private abandoned = false;
  private readonly clients: Promise<void>[] = [];

  constructor(
    private readonly program: ServedProgram,
    /** Whose jobs they are. */
    readonly user: TestUser,
    private readonly jobIds: readonly string[],
  ) {}

  /** Ends the clients of all loads that a test has left running, whatever they are at; for `afterEach`. */
  static async abandonAll(): Promise<void> {
    for (const load of this.running) {
      load.abandoned = true;
      await load.stop();
    }
  }

  /** Sets the clients to work. */
  start({ keyed, plain, readers }: Clients): this {
    for (let n = 0; n < keyed; n++) this.clients.push(this.appendAll(n, true));
    for (let n = 0; n < plain; n++) this.clients.push(this.appendAll(n, false));
    for (let n = 0; n < readers; n++) this.clients.push(this.readAll(n));
    this.yardstick = new Yardstick();
    Load.running.add(this);
    return this;
  }

  /** Lets each client end what it is at; resolves when every keyed append is acknowledged. */
  async stop(): Promise<void> {
    this.ending = true;
    await Promise.all(this.clients);
    this.yardstick?.stop();
    Load.running.delete(this);
  }

  /** Milliseconds that the machine took at most, since a moment, for a piece of work like that of a small request. */
  slowestPiece(since: number): number {
    return this.yardstick?.slowestSince(since) ?? 0;
  }

  /** What was under way between two moments. */
  between(from: number, to = Infinity): Outcome[] {
    return this.outcomes.filter(({ began, took }) => began < to && began + took > from);
  }

  /** Waits for so many more requests that were answered 2xx; gives when the first of them was, on the same clock. */
  async untilServed(count: number): Promise<number> {
    const before = this.outcomes.length;
    const served = (): Outcome[] =>
      this.outcomes.slice(before).filter(({ answer }) => answer.startsWith('2'));
    const [first] = await eventually(served, ({ length }) => length >= count);
    return (first?.began ?? 0) + (first?.took ?? 0);
  }

  /** Waits until every request that was sent before a moment is answered. @throws when that takes 30 s */
  async untilAnswered(sentBefore: number): Promise<void> {
    await eventually(
      () => [...this.pending].filter((began) => began < sentBefore).length,
      (left) => left === 0,
    );
  }

  /** What was not answered 2xx. */
  failures(): Outcome[] {
    return this.outcomes.filter(({ answer }) => !answer.startsWith('2'));
  }

  /** How often each answer was given. */
  counts(outcomes: readonly Outcome[] = this.outcomes): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { answer } of outcomes) counts[answer] = (counts[answer] ?? 0) + 1;
    return counts;
  }

  private async appendAll(client: number, keyed: boolean): Promise<void> {
    for (let n = client; !this.ending; n++) {
      const note = randomUUID();
      const body = JSON.stringify({ status: STATUSES[n % STATUSES.length], note });
      const headers: Record<string, string> = keyed ? { 'idempotency-key': note } : {};
      const path = `/api/jobs/${this.jobIds[n % this.jobIds.length]}/status-events`;
      this.doubtful.add(note);
      let answer = await this.send('append', path, { method: 'POST', body, headers });
      while (keyed && isWorthRepeating(answer) && !this.abandoned) {
        await pause();
        answer = await this.send('append', path, { method: 'POST', body, headers });
      }
      if (answer === '201') {
        this.acknowledged.add(note);
        this.doubtful.delete(note);
      } else await pause();
    }
  }

  private async readAll(client: number): Promise<void> {
    for (let n = client; !this.ending; n++) {
      const jobId = this.jobIds[n % this.jobIds.length];
      const paths = [
        '/api/jobs',
        `/api/jobs/${jobId}`,
        `/api/jobs/${jobId}/status-events`,
        '/api/jobs?sort=title',
      ];
      const answer = await this.send('read', paths[n % paths.length] ?? '', {});
      if (answer !== '200') await pause();
    }
  }

  private async send(
    kind: Outcome['kind'],
    path: string,
    { headers, ...init }: RequestInit,
  ): Promise<string> {
    const began = performance.now();
    const id = randomUUID();
    this.pending.add(began);
    const answer = await this.answerTo(path, {
      ...init,
      headers: {
        ...(headers as Record<string, string> | undefined),
        authorization: `Bearer ${this.user.token}`,
        'x-request-id': id,
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
    this.pending.delete(began);
    this.outcomes.push({ kind, ...answer, began, took: performance.now() - began, id });
    return answer.answer;
  }

  private async answerTo(path: string, init: RequestInit): Promise<Answer> {
    try {
      const signal = AbortSignal.timeout(HANGS);
      const answer = await fetch(this.program.url + path, { ...init, signal });
      const text = await answer.text();
      if (answer.ok) return { answer: String(answer.status) };
      const { code, detail } = JSON.parse(text) as Record<'code' | 'detail', string>;
      return { answer: `${answer.status} ${code}`, detail };
    } catch (error) {
      const hung = error instanceof Error && error.name === 'TimeoutError';
      return { answer: hung ? 'hung' : 'broken', detail: String((error as Error).cause ?? error) };
    }
  }
}

/** What tells a client to try again with the same key. */
const isWorthRepeating = (answer: string): boolean =>
  answer === 'broken' || answer === '503 unavailable' || answer === '409 idempotency_in_progress';

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE));
