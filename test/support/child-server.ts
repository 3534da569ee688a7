import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a server is run. */
export interface Launch {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Another user and group of this number; only root can give it. */
  uid?: number | undefined;
}

/** What a kind of server says of itself. */
export interface ServerKind {
  name: string;
  /** Found in its output once it serves. */
  ready: RegExp;
  /** Found in its output when it ended because the port was taken. */
  portTaken: RegExp;
  /** Writes what it needs into its folder. Called for each start. */
  prepare(folder: string, port: number): Promise<Launch>;
}

/** Longest start on a busy machine. Milliseconds. */
const DEADLINE = 30_000;

/**
 * Ports that the system gives to no outgoing connection. In that other range a client that tries again and again to
 * reach a dead server on this machine ends up connected to itself, and keeps the port from it.
 */
const [LOWEST_PORT, PORTS_END] = [20_000, 32_000];

/**
 * A server process on a free port of 127.0.0.1 with a temporary folder. `stop()` ends it and removes the folder; so does
 * a watcher process, should this process end in any way, even by SIGKILL, without having called it.
 */
export class ChildServer {
  /** The same for the whole life of the server, also after `start()` was called again. */
  port = 0;
  private child: ChildProcess | undefined;

  private constructor(
    private readonly kind: ServerKind,
    /** Its data, settings and output. */
    readonly folder: string,
    private readonly watcher: Watcher,
  ) {}

  /** Starts one on a free port. @throws Error with its output when it ends instead */
  static async start(kind: ServerKind): Promise<ChildServer> {
    const folder = await mkdtemp(join(tmpdir(), `jobtrail-${kind.name}-`));
    // Some servers run as another user, who has to reach what is inside.
    await chmod(folder, 0o755);
    const server = new ChildServer(kind, folder, new Watcher(folder));
    try {
      for (let attempt = 1; ; attempt += 1) {
        server.port = await freePort();
        const problem = await server.launch();
        if (problem === undefined) return server;
        if (!kind.portTaken.test(problem) || attempt === 10) throw server.failure(problem);
      }
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Id of its process. @throws Error while it does not run */
  get pid(): number {
    const pid = this.running ? this.child?.pid : undefined;
    if (pid === undefined) throw new Error(`${this.kind.name} does not run`);
    return pid;
  }

  get running(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /** Everything it has written since its last start. */
  output(): Promise<string> {
    return readFile(join(this.folder, 'output.log'), 'utf8').catch(() => '');
  }

  /** Starts it again on the same port, after `kill()`. */
  async start(): Promise<void> {
    const problem = await this.launch();
    if (problem !== undefined) throw this.failure(problem);
  }

  /** Stops its clock (SIGSTOP): connections stay open, new ones are still accepted by the system, nothing is answered. */
  async pause(): Promise<void> {
    const { pid } = this;
    process.kill(pid, 'SIGSTOP');
    // The signal takes effect a little later, and the server could answer once more until then.
    const stat = `/proc/${pid}/stat`;
    if (!existsSync(stat)) return;
    await until(async () => (await readFile(stat, 'utf8')).includes(') T'), `${this.kind.name} to pause`);
  }

  /** Lets it go on (SIGCONT). */
  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Ends it the hard way (SIGKILL), also while it is paused. Nothing happens when it does not run. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || !this.running) return;
    // Nothing else may keep this process alive until then.
    child.ref();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Ends it for good. Safe to call twice. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    this.watcher.end();
  }

  /** Gives the output when the server ended instead of getting ready. */
  private async launch(): Promise<string | undefined> {
    const { file, args, env, uid } = await this.kind.prepare(this.folder, this.port);
    const log = await open(join(this.folder, 'output.log'), 'w');
    const child = spawn(file, args, {
      cwd: this.folder,
      env,
      stdio: ['ignore', log.fd, log.fd],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.child = child;
    this.watcher.watch(child);
    child.unref();
    let failed: Error | undefined;
    child.once('error', (error) => (failed = error));
    await log.close();
    let output = '';
    await until(async () => {
      const ended = failed !== undefined || !this.running;
      output = await this.output();
      return ended || this.kind.ready.test(output);
    }, `${this.kind.name} to start`);
    if (this.running && this.kind.ready.test(output)) return undefined;
    return failed?.message ?? output;
  }

  private failure(output: string): Error {
    return new Error(`${this.kind.name} did not start:\n${output.trim()}`);
  }
}

/** Reads process ids until its input ends, which it also does when the writer dies; the last one is killed. */
const WATCHER_SCRIPT = 'while read -r line; do pid=$line; done; [ -z "$pid" ] || kill -9 "$pid"; rm -rf "$1"';

/** A process that outlives this one for as long as it takes to end a server and to remove its folder. */
class Watcher {
  private readonly input: NodeJS.WritableStream;

  constructor(folder: string) {
    const shell = spawn('/bin/sh', ['-c', WATCHER_SCRIPT, 'sh', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C on the terminal must not reach it before it has done its work.
      detached: true,
    });
    this.input = shell.stdin;
    shell.stdin.on('error', () => undefined);
    shell.unref();
    // A pipe to a child is a socket, though its type does not say so: it must not keep this process alive.
    if (shell.stdin instanceof Socket) shell.stdin.unref();
  }

  watch(child: ChildProcess): void {
    if (child.pid === undefined) return;
    this.input.write(`${child.pid}\n`);
    // From then on the number may be another process's.
    child.once('exit', () => this.input.write('\n'));
  }

  end(): void {
    this.input.end();
  }
}

/** A port of 127.0.0.1 that nobody listens on, outside the range of outgoing connections. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(LOWEST_PORT, PORTS_END);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
};

const until = async (holds: () => Promise<boolean>, what: string): Promise<void> => {
  const deadline = Date.now() + DEADLINE;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
};
