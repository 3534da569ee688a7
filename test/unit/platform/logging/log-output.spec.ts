import fs, {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogOutput } from '../../../../src/platform/logging/log-output';
import { eventually } from '../../../support/eventually';

let folder: string;
let said: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobtrail-log-output-'));
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
const untilHas = (file: string, text: string): Promise<string> =>
  eventually(
    () => textOf(file),
    (found) => found.includes(text),
  );

describe('A log file', () => {
  it('has every line in order, in a folder that was made for it, after what it had', async () => {
    const file = join(folder, 'deep', 'er', 'log');
    new LogOutput(file).write('before\n');
    await untilHas(file, 'before');
    const output = new LogOutput(file);
    const lines = Array.from({ length: 10_000 }, (_each, index) => `line ${index}\n`);
    for (const line of lines) output.write(line);
    expect(await untilHas(file, 'line 9999\n')).toBe(['before\n', ...lines].join(''));
  });

  it('is written to at once, and what comes within 5 ms of that is written together', async () => {
    const write = jest.spyOn(fs, 'write');
    const file = join(folder, 'log');
    const output = new LogOutput(file);
    output.write('the first\n');
    expect(write).toHaveBeenCalledTimes(1);
    const begin = performance.now();
    let lines = 0;
    while (performance.now() - begin < 60) {
      output.write(`line ${lines++}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await untilHas(file, `line ${lines - 1}\n`);
    // Node's timers fire up to a millisecond early.
    const most = 2 + (performance.now() - begin) / 4;
    expect(lines).toBeGreaterThan(2 * most);
    expect(write.mock.calls.length).toBeLessThanOrEqual(most);
  });

  describe('within the 5 ms after a write, which are never over here', () => {
    const comes = async (condition: () => boolean): Promise<boolean> => {
      for (const end = performance.now() + 2_000; performance.now() < end && !condition();)
        await new Promise((resolve) => setImmediate(resolve));
      return condition();
    };
    const inPause = async (file: string): Promise<LogOutput> => {
      const timer = { unref: () => timer };
      jest.spyOn(globalThis, 'setTimeout').mockReturnValue(timer as unknown as NodeJS.Timeout);
      const output = new LogOutput(file);
      output.write('the first\n');
      // Not by the calls of `setTimeout`: the outputs of other tests may still call it.
      expect(await comes(() => Reflect.get(output, 'pause') !== undefined)).toBe(true);
      return output;
    };

    it('is written to where much has come', async () => {
      const file = join(folder, 'log');
      (await inPause(file)).write(`${'x'.repeat(64 * 1024)}\n`);
      expect(await comes(() => textOf(file).includes('x\n'))).toBe(true);
    });

    it('has what waits when it is flushed', async () => {
      const file = join(folder, 'log');
      const output = await inPause(file);
      output.write('the second\n');
      output.flushSync();
      expect(textOf(file)).toBe('the first\nthe second\n');
    });

    it('is opened anew with what waits', async () => {
      const file = join(folder, 'log');
      const output = await inPause(file);
      renameSync(file, `${file}.1`);
      output.write('the second\n');
      output.reopen();
      expect(await comes(() => textOf(file) === 'the second\n')).toBe(true);
      expect(textOf(`${file}.1`)).toBe('the first\n');
    });
  });

  it('has what was written by the time it is flushed', () => {
    const file = join(folder, 'log');
    const output = new LogOutput(file);
    output.write('begun\n');
    for (let index = 0; index < 100; index += 1) output.write(`${index}\n`);
    output.onApplicationShutdown();
    expect(textOf(file)).toContain('98\n99\n');
  });

  it('is opened anew: lines go to the new one from then on, and none is lost or cut', async () => {
    const file = join(folder, 'log');
    const output = new LogOutput(file);
    const write = (from: number): void => {
      for (let index = from; index < from + 1000; index += 1) output.write(`line ${index}\n`);
    };
    write(0);
    renameSync(file, `${file}.1`);
    write(1000);
    output.reopen();
    write(2000);
    await untilHas(file, 'line 2999\n');
    const all = textOf(`${file}.1`) + textOf(file);
    expect(all).toBe(Array.from({ length: 3000 }, (_each, index) => `line ${index}\n`).join(''));
    expect(textOf(`${file}.1`)).toMatch(/\n$/);
  });

  it('that cannot be opened anew is written on where it was', async () => {
    const file = join(folder, 'deep', 'log');
    const output = new LogOutput(file);
    output.write('one\n');
    await untilHas(file, 'one');
    renameSync(join(folder, 'deep'), join(folder, 'old'));
    writeFileSync(join(folder, 'deep'), 'no folder');
    output.reopen();
    output.write('two\n');
    expect(await untilHas(join(folder, 'old', 'log'), 'two')).toBe('one\ntwo\n');
    expect(said).toMatch(/cannot be opened anew \(.+\)/);
  });

  it('tells of lines that came faster than they could be written, as the last of all', async () => {
    const file = join(folder, 'log');
    const output = new LogOutput(file);
    const megabyte = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    for (let index = 0; index < 6; index += 1) output.write(megabyte);
    const text = await untilHas(file, 'Log lines were lost');
    expect(text.slice(4 * megabyte.length)).toMatch(
      /^\{"level":40,.*"lost":2,"msg":"Log lines were lost"\}\n$/,
    );
    await eventually(
      () => said,
      (all) =>
        all ===
        'Log lines are lost: they come faster than they are taken.\nThe log has caught up; 2 lines were lost.\n',
    );
  });

  it('that cannot be made is tried again, and then has the lines that had to wait', async () => {
    const place = join(folder, 'place');
    writeFileSync(place, 'no folder');
    const output = new LogOutput(join(place, 'log'));
    output.write('kept\n');
    expect(said).toMatch(/^The log cannot be written \(.+\)/);
    unlinkSync(place);
    mkdirSync(place);
    await untilHas(join(place, 'log'), 'kept\n');
    await eventually(
      () => said,
      (text) => text.includes('written again; 0 lines were lost'),
    );
    expect(said.match(/cannot be written/g)).toHaveLength(1);
  });

  it('on a full disk says so once, loses what is too much, and tells how much when there is room again', async () => {
    const link = join(folder, 'log');
    symlinkSync('/dev/full', link);
    const output = new LogOutput(link);
    output.write('first\n');
    await eventually(
      () => said,
      (text) => text.includes('ENOSPC'),
    );
    const megabyte = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    for (let index = 0; index < 6; index += 1) output.write(megabyte);
    // It ends though nothing can be written.
    output.flushSync();
    output.write('last\n');
    unlinkSync(link);
    await untilHas(link, 'Log lines were lost');
    const text = await untilHas(link, 'last\n');
    expect(text).toMatch(/^first\n/);
    expect(text.length).toBeLessThan(4 * 1024 * 1024 + 1000);
    expect(text).toMatch(/"lost":3,.*"msg":"Log lines were lost"/);
    // The file has its lines before the output hears of it.
    await eventually(
      () => said,
      (heard) => heard.includes('written again'),
    );
    expect(said.match(/cannot be written/g)).toHaveLength(1);
    expect(said).toMatch(/written again; 3 lines were lost/);
  });
});
