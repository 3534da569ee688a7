import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Readable, type Writable } from 'node:stream';
import { compiledProgram } from '../../../support/compiled-program';
import { eventually } from '../../../support/eventually';

/** More than there is room for, in the pipe and before it. */
const LINES = 60_000;

/** Logged when some have been read again; there is room for these. */
const LATER = 100;

/** Bytes that make the room, but not so many that nothing is kept back. */
const READ_FIRST = 300_000;

/** Logs to standard output, in several turns, what nobody reads; then does something else. */
const program = (then: string): string => `
  const { LogOutput } = require(${JSON.stringify(join(compiledProgram(), 'platform/logging/log-output.js'))});
  const output = new LogOutput();
  let logged = 0;
  const log = (count) => {
    for (const end = logged + count; logged < end; logged += 1)
      output.write(JSON.stringify({ line: logged, msg: 'x'.repeat(100) }) + '\\n');
  };
  const go = () => {
    log(5000);
    if (logged < ${LINES}) setImmediate(go);
    else { ${then} }
  };
  go();`;

/** Says that all are logged, and logs more when it is told to. */
const GO_ON = `
  process.stderr.write('all\\n');
  process.stdin.on('data', () => { log(${LATER}); process.stderr.write('more\\n'); });`;

interface Line {
  line?: number;
  lost?: number;
  level?: number;
  msg: string;
}

describe('Standard output that is read slowly', () => {
  let child: ChildProcessByStdio<Writable, Readable, Readable>;
  let said: string;
  let read: string;
  const start = (then: string): void => {
    child = spawn(process.execPath, ['-e', program(then)], { stdio: 'pipe' });
    said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  };
  const says = (text: string | RegExp): Promise<string> =>
    eventually(
      () => said,
      (all) => all.search(text) >= 0,
    );
  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('tells in the place of lost lines how many they are, and on standard error', async () => {
    start(GO_ON);
    await says('all\n');
    expect(said).toBe('Log lines are lost: they come faster than they are taken.\nall\n');
    read = '';
    child.stdout.on('data', (chunk: Buffer) => {
      read += chunk.toString();
      if (read.length > READ_FIRST && !said.includes('more\n')) child.stdout.pause();
    });
    await eventually(
      () => read.length,
      (length) => length > READ_FIRST,
    );
    child.stdin.write('more');
    await says('more\n');
    child.stdout.resume();
    await says('caught up');
    child.kill('SIGKILL');
    await once(child, 'close');

    const found = read.split(/\n(?=.)/).map((line) => JSON.parse(line) as Line);
    const losses = found.filter(({ lost }) => lost !== undefined);
    expect(losses[0]).toMatchObject({ level: 40, msg: 'Log lines were lost' });
    const lost = losses.reduce((sum, line) => sum + (line.lost ?? 0), 0);
    expect(lost).toBeGreaterThan(1000);
    expect(found.length - losses.length + lost).toBe(LINES + LATER);
    expect(said).toContain(`The log has caught up; ${lost} lines were lost.\n`);
    // Each stands where the numbers have their gap.
    let next = 0;
    const misplaced = found.filter(({ line, lost: gap }) => {
      const due = next;
      next += gap ?? 1;
      return gap === undefined && line !== due;
    });
    expect(misplaced).toEqual([]);
  });

  it('does not hold up the end of the process, which tells what it takes along', async () => {
    start('setTimeout(() => process.exit(7), 100)');
    const ended = once(child, 'exit');
    const outcome = await Promise.race([ended, once(AbortSignal.timeout(20_000), 'abort')]);
    expect(outcome).toEqual([7, null]);
    await says(/\n\d{4,} log lines could not be written before the end, and are lost\.\n/);
  });
});
