import cluster, { type Worker } from 'node:cluster';
import { type Logger } from 'pino';
import { type ToSupervisor } from '../../platform/processes';
import { GatheredMetrics } from './gathered-metrics';
import { ProcessesGaveUp } from './processes-gave-up';
import { RestartPolicy } from './restart-policy';
import { Supervised } from './supervised';
import { supervisorMetrics } from './supervisor-metrics';

/** Times that a process is asked for a sign of life until it counts as hanging. */
const ASKED = 4;

/**
 * What the processes find in their environment besides that of the supervisor: the address may be that of the embedded
 * Postgres, the secret may be generated.
 */
export interface HandedOver extends NodeJS.ProcessEnv {
  DATABASE_URL: string;
  SECRET_KEY: string;
}

/** The least that a process may take until it serves. Milliseconds. */
const LONGEST_START = 60_000;

/** What a supervisor needs to know. */
export interface SupervisorOptions {
  /** How many processes there are to be. */
  count: number;
  environment: HandedOver;
  /** Without a sign of life for so long a process is killed. Milliseconds; 0: never. */
  timeout: number;
  logger: Logger;
}

/**
 * Starts several processes with this program, which share its port, and keeps them going: one that ends is replaced, one
 * that hangs is killed first. Connections are dealt out by Node's `cluster`, one process after the other.
 */
export class Supervisor {
  private readonly all: readonly Supervised[];
  private readonly policy = new RestartPolicy();
  private readonly metrics: GatheredMetrics;
  private restarts = 0;
  private stopping = false;
  private pulse: NodeJS.Timeout | undefined;
  private wake: () => void = () => undefined;
  private giveUp: (reason: ProcessesGaveUp) => void = () => undefined;

  /** Rejected when no process comes to serve any more; never resolved. */
  readonly gaveUp: Promise<never>;

  constructor(private readonly options: SupervisorOptions) {
    this.all = Array.from({ length: options.count }, (_each, index) => new Supervised(index + 1));
    this.metrics = new GatheredMetrics(
      () => this.all.filter(({ isServing }) => isServing).map((one) => reporter(one)),
      () => supervisorMetrics({ ...this.figures(), restarts: this.restarts }),
    );
    this.gaveUp = new Promise((_resolve, reject) => (this.giveUp = reject));
    this.gaveUp.catch(() => undefined);
    // Numbers that JSON does not know are among the metrics.
    cluster.setupPrimary({ serialization: 'advanced' });
  }

  /**
   * Starts the first process, which finds out whether it can be done at all, and then the others.
   * @returns the address, once the first serves
   * @throws ProcessesGaveUp when the first does not come to serve; it has said why
   */
  async start(): Promise<string> {
    const [first, ...others] = this.all;
    const url = first === undefined ? undefined : await this.launch(first);
    if (url === undefined) throw new ProcessesGaveUp('The first process ended before it served.');
    if (this.stopping) throw new ProcessesGaveUp('The program was stopped as it began to serve.');
    this.watch();
    for (const one of others) void this.launch(one);
    return url;
  }

  /** Ends all in order; resolves when they have ended. Nothing is started any more. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.pulse);
    for (const one of this.all) {
      clearTimeout(one.restart);
      one.say({ type: 'stop' });
    }
    while (this.figures().running > 0) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  /** Has all open their log file anew. */
  hangUp(): void {
    for (const one of this.all) one.say({ type: 'hangUp' });
  }

  /** Starts a process; resolves with its address when it serves, with nothing when it ends before. */
  private launch(one: Supervised): Promise<string | undefined> {
    return new Promise((resolve) => {
      const worker = this.fork(one);
      if (worker === undefined) {
        resolve(undefined);
        return;
      }
      one.begin(worker);
      worker.on('message', (message: ToSupervisor) => {
        if (one.worker !== worker) return;
        if (message.type === 'serving') resolve(message.url);
        this.hear(one, worker, message);
      });
      const ended = (how: object): void => {
        resolve(undefined);
        if (one.worker !== worker) return;
        this.metrics.end(worker.id);
        this.ended(one, { processId: worker.process.pid, ...how });
      };
      worker.once('exit', (code: number | null, signal: string | null) => ended({ code, signal }));
      // Such as that there can be no more processes.
      worker.on('error', (error) =>
        worker.isDead() || !worker.isConnected() ? ended({ err: error }) : undefined,
      );
    });
  }

  private hear(one: Supervised, worker: Worker, message: ToSupervisor): void {
    one.unanswered = 0;
    switch (message.type) {
      case 'serving':
        one.servingSince = performance.now();
        this.policy.serves();
        this.options.logger.info({ process: one.number, processId: worker.process.pid }, 'A process serves');
        break;
      case 'report':
        this.metrics.reported(worker.id, message.id, message.values);
        break;
      case 'metrics':
        void this.metrics.text().then(
          (text) => one.say({ type: 'metrics', id: message.id, text }),
          () => one.say({ type: 'metrics', id: message.id, text: undefined }),
        );
        break;
      case 'pong':
        break;
    }
  }

  /** Nothing where it cannot be done; it is tried again like a process that has ended. */
  private fork(one: Supervised): Worker | undefined {
    if (this.stopping) return undefined;
    try {
      return cluster.fork(this.options.environment);
    } catch (error) {
      // Such as that memory is short: what serves is not to go down with it.
      this.ended(one, { err: error });
      return undefined;
    }
  }

  private ended(one: Supervised, how: object): void {
    const served = one.end();
    this.wake();
    if (this.stopping) return;
    const line = { process: one.number, served, ...how };
    const wait = this.policy.ended(one.number, served, this.figures().serving);
    // Before the first has served nothing is known to work.
    if (wait === undefined || this.pulse === undefined) {
      this.options.logger.error(line, 'A process ended, and none serves');
      this.giveUp(new ProcessesGaveUp('No process comes to serve.'));
      return;
    }
    this.options.logger.error({ ...line, wait }, 'A process ended: it is replaced');
    one.restart = setTimeout(() => {
      this.restarts += 1;
      void this.launch(one);
    }, wait);
  }

  /** Kills who hangs: dealt connections would wait there, and the probes of the instance ask the others as well. */
  private watch(): void {
    const { timeout } = this.options;
    // Also without a timeout: it tells that the first process has served.
    this.pulse = setInterval(
      () => (timeout > 0 ? this.lookForHanging(timeout) : undefined),
      (timeout || 60_000) / ASKED,
    );
  }

  private lookForHanging(timeout: number): void {
    for (const one of this.all) {
      const hangs = one.isServing
        ? one.unanswered >= ASKED
        : one.worker !== undefined && performance.now() - one.startedAt > Math.max(timeout, LONGEST_START);
      if (hangs) {
        this.options.logger.error(
          { process: one.number, timeout },
          'A process gives no sign of life: it is killed',
        );
        one.signal('SIGKILL');
      }
      if (!one.isServing) continue;
      one.unanswered += 1;
      one.say({ type: 'ping' });
    }
  }

  private figures(): { count: number; running: number; serving: number } {
    return {
      count: this.all.length,
      running: this.all.filter(({ worker }) => worker !== undefined).length,
      serving: this.all.filter(({ isServing }) => isServing).length,
    };
  }
}

const reporter = (one: Supervised) => ({
  id: one.worker?.id ?? 0,
  ask: (id: number): void => one.say({ type: 'report', id }),
});
