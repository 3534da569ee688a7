import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIds } from '../../load-tests/bench/process-ids';
import { ControlGroup } from '../../load-tests/run/small/control-group';
import { processStatus } from '../../load-tests/run/small/processes';
import { BuiltProgram } from '../support/program';
import { repositoryRoot } from '../support/repository-files';

const ARTILLERY = join(repositoryRoot, 'load-tests/artillery/node_modules/artillery/bin/run');

const hasTaskset = (): boolean => {
  try {
    execFileSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Whether control groups can be made here: one is. */
const hasGroups = (): boolean => {
  const group = ControlGroup.create({ megabytes: 64, processors: processStatus(process.pid)!.processors });
  group?.remove();
  return group !== undefined;
};

const linux = process.platform === 'linux' && hasTaskset();
const grouped = linux && hasGroups();

/** Folders of the control groups that a process made. */
const groupsOf = (pid: number): string[] =>
  readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(`/jobtrail-load-${pid}`),
  );

/** Ids of the processes that work in a folder or were started with it, as far as they run. */
const processesOf = (folder: string): number[] =>
  processIds().filter((pid) => {
    try {
      const started = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const about = [started, readlinkSync(`/proc/${pid}/cwd`)];
      return about.some((text) => text.includes(folder)) && processStatus(pid) !== undefined;
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });

/** Runs TypeScript in a process of its own. @returns what it writes */
const script = async (text: string): Promise<string> => {
  const child = spawn(process.execPath, ['-r', './scripts/swc-register.cjs', '-e', text], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await once(child, 'close');
  return said;
};

(linux ? describe : describe.skip)('a small machine', () => {
  it('holds what is started in it, which finds that out itself, and not the load; then it is gone', async () => {
    const said = await script(`
      const { SmallMachine } = require('./load-tests/run/small/small-machine');
      const { spawnSync } = require('node:child_process');
      const { existsSync } = require('node:fs');
      const look = "const { containerLimits } = require('./src/config/container-limits');" +
        "console.log(JSON.stringify(containerLimits()))";
      const limits = () => JSON.parse(
        spawnSync(process.execPath, ['-r', './scripts/swc-register.cjs', '-e', look]).stdout.toString());
      (async () => {
        const machine = SmallMachine.open({ cores: 1, megabytes: 700 });
        const inside = await machine.within(async () => limits());
        const folders = machine.group?.folders ?? [];
        const there = folders.filter(existsSync);
        const outside = limits();
        await machine.remove();
        const { processors, means } = machine;
        console.log(JSON.stringify({ inside, outside, processors, means, there, left: folders.filter(existsSync) }));
      })();`);
    const { inside, outside, processors, means, there, left } = JSON.parse(said) as {
      inside: { cpus: number; memory: number };
      outside: { cpus: number; memory: number };
      processors: { product: number[]; load: number[] };
      means: string;
      there: string[];
      left: string[];
    };
    expect([there.length > 0, left]).toEqual([grouped, []]);
    expect(inside.cpus).toBe(1);
    expect(outside.cpus).toBe(processors.load.length);
    expect(outside.memory).not.toBe(700 * 1024 ** 2);
    expect(means).toMatch(grouped ? /^control groups [12]$/ : /^taskset$/);
    expect(inside.memory === 700 * 1024 ** 2).toBe(grouped);
  });
});

(linux ? describe : describe.skip)('a small machine without control groups', () => {
  it('holds what is started in it to its processors, and a program in Node to half the memory as heap', async () => {
    const said = await script(`
      const { SmallMachine } = require('./load-tests/run/small/small-machine');
      const { spawnSync } = require('node:child_process');
      (async () => {
        const machine = SmallMachine.open({ cores: 1, megabytes: 700 }, '/nowhere');
        const inside = await machine.within(async () =>
          spawnSync(process.execPath, ['-p', 'os.availableParallelism()']).stdout.toString().trim());
        const { means, environment, refusals } = machine;
        console.log(JSON.stringify([means, inside, environment, machine.members() ?? null, refusals]));
      })();`);
    expect(JSON.parse(said)).toEqual([
      'taskset',
      '1',
      { NODE_OPTIONS: '--max-old-space-size=350' },
      null,
      [
        'version 1: this process is in no group of memory and cpuset',
        'version 2: this process is in no group',
      ],
    ]);
  });
});

(grouped ? describe : describe.skip)('a control group', () => {
  it('ends what would take more memory than its own', async () => {
    const said = await script(`
      const { SmallMachine } = require('./load-tests/run/small/small-machine');
      const { spawnSync } = require('node:child_process');
      (async () => {
        const machine = SmallMachine.open({ cores: 1, megabytes: 100 });
        const greedy = await machine.within(async () =>
          spawnSync(process.execPath, ['-e', 'for (const all = []; ; ) all.push(Buffer.alloc(2 ** 24, 1))']).signal);
        const { kills, memoryPeak } = machine.figures();
        await machine.remove();
        console.log(JSON.stringify({ greedy, kills, memoryPeak }));
      })();`);
    const { greedy, kills, memoryPeak } = JSON.parse(said) as Record<string, unknown>;
    expect([greedy, kills]).toEqual(['SIGKILL', 1]);
    expect(memoryPeak).toBeLessThanOrEqual(100 * 1024 ** 2);
  });

  it('is none where it cannot be entered, which is told, and leaves nothing', () => {
    const processors = processStatus(process.pid)!.processors;
    const enter = jest.spyOn(ControlGroup.prototype, 'enter').mockImplementation(() => {
      throw new Error('nobody may come in');
    });
    const reasons: string[] = [];
    try {
      const limits = { megabytes: 64, processors: processors.slice(-1) };
      expect(ControlGroup.create(limits, '/', (reason) => reasons.push(reason))).toBeUndefined();
    } finally {
      enter.mockRestore();
    }
    expect(reasons).toContainEqual(expect.stringMatching(/^version [12]: nobody may come in$/));
    expect(groupsOf(process.pid)).toEqual([]);
    expect(processStatus(process.pid)?.processors).toEqual(processors);
  });

  it('leaves this process where it was, on its processors, once it is made', () => {
    const before = [readFileSync('/proc/self/cgroup', 'utf8'), processStatus(process.pid)?.processors];
    const group = ControlGroup.create({
      megabytes: 64,
      processors: processStatus(process.pid)!.processors.slice(-1),
    });
    expect(group?.processes()).toEqual([]);
    expect([readFileSync('/proc/self/cgroup', 'utf8'), processStatus(process.pid)?.processors]).toEqual(
      before,
    );
    group?.remove();
    expect(groupsOf(process.pid)).toEqual([]);
  });

  it('is removed with all that runs in it when its run is killed', async () => {
    const run = spawn(
      process.execPath,
      [
        '-r',
        './scripts/swc-register.cjs',
        '-e',
        `const { SmallMachine } = require('./load-tests/run/small/small-machine');
         const { spawn } = require('node:child_process');
         const machine = SmallMachine.open({ cores: 1, megabytes: 100 });
         void machine.within(async () => {
           const { pid } = spawn('sleep', ['60'], { stdio: 'ignore' });
           console.log(JSON.stringify([pid, machine.group.folders]));
         });
         setInterval(() => undefined, 1000);`,
      ],
      { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [said] = (await once(run.stdout, 'data')) as [Buffer];
    const [pid, folders] = JSON.parse(said.toString()) as [number, string[]];
    expect(folders.every((folder) => existsSync(folder))).toBe(true);
    run.kill('SIGKILL');
    const deadline = Date.now() + 60_000;
    while (folders.some((folder) => existsSync(folder)) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(processStatus(pid)).toBeUndefined();
  });
});

(linux && existsSync(ARTILLERY) ? describe : describe.skip)(
  'npm run load -- SCENARIO --small --quick',
  () => {
    it('puts the program and Postgres under load in a small machine, says so, and leaves nothing', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'jobtrail-load-'));
      // Postgres does not run as root.
      chmodSync(folder, 0o755);
      const program = new BuiltProgram();
      try {
        const args = ['load-tests/run/main.ts', 'soak', '--small', '--quick', '--owners', '5'];
        const where = ['--data-dir', join(folder, 'data'), '--out', join(folder, 'out')];
        const more = ['--plots', join(folder, 'plots'), '--dist', join(program.folder, 'dist')];
        const run = spawn(
          process.execPath,
          ['-r', './scripts/swc-register.cjs', ...args, ...where, ...more],
          {
            cwd: repositoryRoot,
            stdio: ['ignore', 'pipe', 'pipe'],
          },
        );
        let said = '';
        for (const stream of [run.stdout, run.stderr])
          stream.on('data', (data: Buffer) => (said += data.toString()));
        const [code] = (await once(run, 'close')) as [number];
        expect(groupsOf(run.pid!)).toEqual([]);
        expect([folder, program.folder].flatMap(processesOf)).toEqual([]);
        expect([code, said.split('\n').filter((line) => /MISSED(?!.*decides nothing)/.test(line))]).toEqual([
          0,
          [],
        ]);
        expect(said).toMatch(/held +processes of the product that may run elsewhere .* \(0\.0\)\n/);
        expect(said).toMatch(/held +cores that the program sees == 1 \(1\.0\)\n/);
        const page = readFileSync(join(folder, 'out/report.html'), 'utf8');
        expect(page).toMatch(/small machine by (control groups [12]|taskset): 1 core/);
        expect(page).toMatch(/in it at the end: \d+ node, \d+ postgres/);
        expect(page.includes('Memory of the small machine')).toBe(grouped);
        expect(readdirSync(join(folder, 'plots'))).toContain('soak-memory.svg');
        expect(page.includes('<td>memory that the program sees in MiB == 1024</td>')).toBe(grouped);
      } finally {
        await program.remove();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    });
  },
);
