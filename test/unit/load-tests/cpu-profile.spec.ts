import { partOf, programTime, type CpuProfile } from '../../../load-tests/run/profile/cpu-profile';
import { profileTables } from '../../../load-tests/report/profile-tables';

const PROGRAM = 'file:///somewhere/dist/';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber });

const NODES = [
  frame('(idle)'),
  frame('(program)'),
  frame('(garbage collector)'),
  frame('read', `${PROGRAM}jobs/list/job-list.service.js`, 41),
  frame('write', 'node:internal/streams/writable', 9),
].map((callFrame, index) => ({ id: index + 1, callFrame }));

/** One sample a millisecond, from 10 s on. */
const profileOf = (...samples: number[]): CpuProfile => ({
  nodes: NODES,
  startTime: 10_000_000,
  samples,
  timeDeltas: samples.map(() => 1000),
});

const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };

describe('what the time of a program goes to', () => {
  it.each([
    [frame('(program)'), 'outside JavaScript: the kernel, libuv, V8'],
    [frame('writev'), 'native: writev'],
    [frame('end', 'node:_http_outgoing'), 'node:_http_outgoing'],
    [frame('write', 'node:internal/streams/writable'), 'node:internal/streams'],
    [frame('f', 'file:///x/node_modules/a/node_modules/@s/b/lib/c.js'), '@s/b'],
    [frame('f', 'file:///x/node_modules/pg/lib/client.js'), 'pg'],
    [frame('f', `${PROGRAM}jobs/list/deep/er.js`), 'program: jobs/list'],
    [frame('f', `${PROGRAM}main.js`), 'program: main.js'],
    [frame('f', 'evalmachine.<anonymous>'), 'evalmachine.<anonymous>'],
  ])('%j is of %s', (callFrame, part) => {
    expect(partOf(callFrame, PROGRAM)).toBe(part);
  });

  it('is told in shares of the time that it was busy', () => {
    // The last sample is the end of the one before.
    const told = programTime([profileOf(1, 1, 4, 4, 4, 5, 1)], ALL, PROGRAM);
    expect(told).toEqual({
      observed: 6,
      busy: 4,
      parts: [
        { name: 'program: jobs/list', share: 0.75 },
        { name: 'node:internal/streams', share: 0.25 },
      ],
      functions: [
        { name: 'read (program: jobs/list, job-list.service.js:42)', share: 0.75 },
        { name: 'write (node:internal/streams, writable:10)', share: 0.25 },
      ],
    });
  });

  it('is told of all its processes together', () => {
    const told = programTime([profileOf(1, 1, 4, 4, 1), profileOf(5, 5, 1, 1, 1)], ALL, PROGRAM);
    expect(told).toMatchObject({ observed: 4, busy: 4 });
    expect(told.parts.map(({ share }) => share)).toEqual([0.5, 0.5]);
  });

  it('leaves out what came before and after the load', () => {
    // Samples are taken at 10.001, 10.002, ... s.
    const told = programTime([profileOf(2, 2, 3, 4, 2, 2, 2)], { from: 10_003_000, to: 10_005_000 }, PROGRAM);
    expect(told).toMatchObject({
      observed: 2,
      busy: 2,
      parts: [
        { name: 'garbage collection', share: 0.5 },
        { name: 'program: jobs/list', share: 0.5 },
      ],
    });
  });

  it('is in the report, with what Postgres did', () => {
    const program = programTime([profileOf(1, 4, 1)], ALL, PROGRAM);
    const statements = [
      { name: 'jobs.page', calls: 4, total: 30, planning: 2, rows: 4, hits: 100, reads: 8, ofAll: 60 },
      { name: 'SELECT "<b>"', calls: 1, total: 10, planning: 1, rows: 1, hits: 1, reads: 0, ofAll: 60 },
    ];
    const page = profileTables({ program, statements });
    expect(page).toContain('<td>program: jobs/list</td><td class="n">100.0 %</td>');
    expect(page).toContain(
      '<td>jobs.page</td><td class="n">4</td><td class="n">30</td><td class="n">50.0 %</td><td class="n">7.50</td>' +
        '<td class="n">0.50</td><td class="n">1</td><td class="n">25</td><td class="n">2</td>',
    );
    expect(page).not.toContain('<b>');
  });
});
