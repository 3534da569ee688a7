import { spawnSync } from 'node:child_process';
import { SNAPSHOT_PER_HEAP } from '../../../src/diagnostics/spare-memory';
import { memoryIsTold } from '../../support/process-memory';

/** Fills a heap of its own with 24 MB of something, takes a snapshot and tells its memory, in bytes. */
const SCRIPT = `
  const { getHeapSnapshot, getHeapStatistics } = require('node:v8');
  const { readFileSync } = require('node:fs');
  const figure = (name) =>
    1024 * new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1];
  const make = {
    objects: (index) => ({ id: index, name: 'n' + index, at: new Date(index), tags: [index, index + 1] }),
    texts: (index) => Buffer.alloc(1000, 'x' + index).toString('latin1'),
  }[process.argv[1]];
  globalThis.held = [];
  while (getHeapStatistics().used_heap_size < 24e6)
    for (let count = 0; count < 1000; count += 1) globalThis.held.push(make(globalThis.held.length));
  gc();
  const heap = getHeapStatistics().used_heap_size;
  const before = figure('VmRSS');
  getHeapSnapshot().resume().on('end', () =>
    console.log(JSON.stringify({ heap, taken: figure('VmHWM') - before })),
  );
`;

const snapshotOf = (kind: string): { heap: number; taken: number } => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', SCRIPT, kind], {
    encoding: 'utf8',
    env: {},
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as { heap: number; taken: number };
};

(memoryIsTold ? describe : describe.skip)('The memory that a heap snapshot is reckoned to take', () => {
  it('is enough for objects of usual size, and not far too much', () => {
    const { heap, taken } = snapshotOf('objects');
    expect(heap).toBeGreaterThan(20e6);
    expect(taken).toBeLessThan(SNAPSHOT_PER_HEAP * heap);
    expect(taken).toBeGreaterThan(0.5 * SNAPSHOT_PER_HEAP * heap);
  });

  it('is enough for texts, which take less', () => {
    const { heap, taken } = snapshotOf('texts');
    expect(heap).toBeGreaterThan(20e6);
    expect(taken).toBeLessThan((SNAPSHOT_PER_HEAP / 2) * heap);
  });
});
