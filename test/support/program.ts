import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledProgram } from './compiled-program';
import { repositoryRoot } from './repository-files';

/** Longest that anything of a start may take on a busy machine. Milliseconds. */
const DEADLINE = 60_000;

/** What of the program can be started. */
export type ProgramEntry = 'main' | 'demo' | 'worker' | 'migrate' | 'cache-warm' | 'stats-verify';

/** The compiled program in a folder of its own, whatever `dist/` holds. */
export class BuiltProgram {
  /** Temporary; every user may enter it, since Postgres does not run as root. */
  readonly folder: string;
  private readonly running = new Set<RunningProgram>();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'jobtrail-program-'));
    chmodSync(this.folder, 0o755);
    for (const name of ['node_modules', 'package.json', 'sample-data'])
      symlinkSync(join(repositoryRoot, name), join(this.folder, name));
    cpSync(compiledProgram(), join(this.folder, 'dist'), { recursive: true });
  }

  /** Starts it with nothing in its environment but the given variables, on a free port. */
  start(
    environment: NodeJS.ProcessEnv,
    entry: ProgramEntry = 'main',
    args: readonly string[] = [],
  ): RunningProgram {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [join(this.folder, 'dist', `${entry}.js`), ...args], {
      cwd: this.folder,
      env: { PATH, HOME, PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = new RunningProgram(child);
    this.running.add(program);
    return program;
  }

  /** Ends what still runs and removes the folder. */
  async remove(): Promise<void> {
    for (const program of this.running) await program.stop('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The program as a process of its own. */
export class RunningProgram {
  /** Everything it has said so far. */
  stdout = '';
  stderr = '';
  private ended: number | NodeJS.Signals | undefined;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()));
    child.once('close', (code, signal) => (this.ended = code ?? signal ?? -1));
  }

  /** The id of its process. */
  get pid(): number {
    if (this.child.pid === undefined) throw new Error('It was not started');
    return this.child.pid;
  }

  /** Waits until it serves; gives its address, without a slash at the end. @throws when it ends instead */
  async url(deadline = DEADLINE): Promise<string> {
    await this.until(() => /Swagger: {2}\S+/.test(this.stderr) || this.ended !== undefined, deadline);
    const url = /API: {6}(\S+)\/api\n/.exec(this.stderr)?.[1];
    if (url === undefined) throw new Error(`It did not start:\n${this.stderr}${this.stdout}`);
    return url.replace('localhost', '127.0.0.1');
  }

  /** Waits for its end; gives the exit code, or the signal it died of. */
  async exit(): Promise<number | NodeJS.Signals> {
    await this.until(() => this.ended !== undefined);
    return this.ended ?? -1;
  }

  /** Waits until it has said something like this on standard error. @throws when it ends instead */
  async says(text: RegExp, deadline = DEADLINE): Promise<void> {
    await this.until(() => text.test(this.stderr) || this.ended !== undefined, deadline);
    if (!text.test(this.stderr))
      throw new Error(`It did not say ${String(text)}:\n${this.stderr}${this.stdout}`);
  }

  /** Waits until it has logged something like this. @throws when it ends instead */
  async logs(text: RegExp, deadline = DEADLINE): Promise<void> {
    await this.until(() => text.test(this.stdout) || this.ended !== undefined, deadline);
    if (!text.test(this.stdout))
      throw new Error(`It did not log ${String(text)}:\n${this.stderr}${this.stdout}`);
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (this.ended === undefined) this.child.kill(signal);
    return this.exit();
  }

  private async until(condition: () => boolean, patience = DEADLINE): Promise<void> {
    const deadline = AbortSignal.timeout(patience);
    while (!condition()) {
      if (deadline.aborted) throw new Error(`Waited too long:\n${this.stderr}${this.stdout}`);
      await once(this.child, 'close', { signal: AbortSignal.timeout(20) }).catch(() => undefined);
    }
  }
}
