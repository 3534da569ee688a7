import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../bench/processes';
import { type Verdict } from '../report/run-record';
import { installOwn } from './install-own';

const FOLDER = join(ROOT, 'load-tests', 'artillery');
const PROGRAM = join(FOLDER, 'node_modules', 'artillery', 'bin', 'run');

/** Installs Artillery when it is not there. */
export const installArtillery = (): void =>
  installOwn(FOLDER, PROGRAM, 'Artillery is installed in load-tests/artillery by npm ci: once, some 460 MB.');

/** How Artillery ended. */
export interface ArtilleryRun {
  exitCode: number;
  /** What it said of each threshold. */
  verdicts: Verdict[];
}

const VERDICT = /^(ok|fail): (.*?)(?: \(optional\))?$/;
// What a terminal would show as colour.
const COLOURS = /\u001b\[\d+m/g;

/**
 * Runs a script and shows what Artillery says.
 * @param output file for its JSON
 * @param undecisive expressions that may fail
 */
export const runArtillery = async (
  script: string,
  output: string,
  undecisive: readonly string[],
): Promise<ArtilleryRun> => {
  const child = spawn(process.execPath, [PROGRAM, 'run', '--output', output, script], {
    cwd: FOLDER,
    // It would tell its makers of each run, and look whether there is a newer version.
    env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const verdicts: Verdict[] = [];
  const closed = once(child, 'close');
  for await (const coloured of createInterface({ input: child.stdout })) {
    const line = coloured.replaceAll(COLOURS, '');
    console.log(line);
    const [, outcome, what] = VERDICT.exec(line.trim()) ?? [];
    if (what !== undefined)
      verdicts.push({ what, held: outcome === 'ok', binding: !undecisive.includes(what) });
  }
  const [exitCode] = (await closed) as [number | null];
  return { exitCode: exitCode ?? 1, verdicts };
};
