import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client } from 'pg';
import { ROOT } from '../../bench/processes';
import { type LoadOptions } from '../options';
import { programTime, type CpuProfile, type ProgramTime, type Window } from './cpu-profile';
import { forgetStatements, statementTimes, STATEMENT_SETTINGS, type StatementTime } from './statement-times';

/** What the time of a run went to. */
export interface RunProfile {
  program: ProgramTime;
  statements: StatementTime[];
}

/** In the folder of a run. */
export const PROFILE = 'profile.json';

/** Microseconds on the clock that V8's profiles have, too. */
const now = (): number => Number(process.hrtime.bigint() / 1000n);

/** Finds what the program's and Postgres's time goes to while a scenario runs. */
export class Profiling {
  /** Where the program writes its CPU profile when it ends; Chrome's DevTools open it. */
  readonly folder: string;

  /** Settings that Postgres is started with. */
  readonly settings = STATEMENT_SETTINGS;

  private readonly out: string;
  private readonly program: string;
  private readonly window: Window = { from: 0, to: 0 };
  private statements: StatementTime[] = [];

  /** What an earlier run left in the folder is removed. */
  constructor({ out, dist }: Pick<LoadOptions, 'out' | 'dist'>) {
    this.out = resolve(ROOT, out);
    this.folder = join(this.out, 'cpu-profile');
    this.program = `${pathToFileURL(resolve(ROOT, dist)).href}/`;
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
  }

  async begin(client: Client): Promise<void> {
    await forgetStatements(client);
    this.window.from = now();
  }

  async end(client: Client): Promise<void> {
    this.window.to = now();
    this.statements = await statementTimes(client);
  }

  /** Puts together what was found of all its processes, once the program has ended, and keeps it. @throws Error where it wrote no profile */
  finish(): RunProfile {
    const files = readdirSync(this.folder).filter((name) => name.endsWith('.cpuprofile'));
    if (files.length === 0) throw new Error(`The program left no CPU profile in ${this.folder}`);
    const profiles = files.map(
      (file) => JSON.parse(readFileSync(join(this.folder, file), 'utf8')) as CpuProfile,
    );
    const found = { program: programTime(profiles, this.window, this.program), statements: this.statements };
    writeFileSync(join(this.out, PROFILE), JSON.stringify(found, null, 2));
    return found;
  }
}
