import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { arrivals } from '../../../load-tests/artillery/open-model/arrivals';
import { OpenModelEngine, type OpenScenario } from '../../../load-tests/artillery/open-model/engine';
import { RequestMaker, type RequestSpec } from '../../../load-tests/artillery/open-model/requests';

describe('arrivals of an open model', () => {
  it('come evenly at a constant rate', () => {
    expect([...arrivals([{ duration: 1, rate: 4 }])]).toEqual([0, 0.25, 0.5, 0.75]);
  });

  it('come denser as the rate grows, with the mean of both rates in all', () => {
    const times = [...arrivals([{ duration: 10, rate: 0, rampTo: 100 }])];
    expect(times).toHaveLength(500);
    // Half of the time is over after a quarter of them.
    expect(times[125]).toBeCloseTo(5);
    expect(times.at(-1)).toBeLessThan(10);
  });

  it('follow one another, phase by phase', () => {
    expect([
      ...arrivals([
        { duration: 1, rate: 1 },
        { duration: 1, rate: 2 },
      ]),
    ]).toEqual([0, 1, 1.5]);
  });
});

describe('requests of an open model', () => {
  const flow: Record<string, RequestSpec>[] = [
    { get: { url: '/a/{{ id }}', weight: 3, headers: { authorization: 'Bearer {{ token }}' } } },
    { post: { url: '/b', name: 'write', json: { id: '{{ id }}' }, expect: { statusCode: 201 } } },
  ];
  const users = [
    { id: 'one', token: 't1' },
    { id: 'two', token: 't2' },
  ];

  it('are drawn by weight, and made for the users in turn', () => {
    const maker = new RequestMaker(flow, users);
    const read = maker.next(3, 0.74);
    expect(read.bytes.toString()).toContain('GET /a/two HTTP/1.1\r\n');
    expect(read.bytes.toString()).toContain('authorization: Bearer t2\r\n');
    expect([read.name, read.expected]).toEqual(['/a/{{ id }}', 200]);
    const write = maker.next(2, 0.76);
    expect(write.bytes.toString()).toMatch(/^POST \/b [\s\S]*\{"id":"one"\}$/);
    expect([write.name, write.expected]).toEqual(['write', 201]);
  });

  it('are refused where a user lacks what they need, and where there is no user', () => {
    expect(() => new RequestMaker(flow, [{ id: 'one' }]).next(0, 0)).toThrow('A user has no token');
    expect(() => new RequestMaker(flow, [])).toThrow(/no user/);
  });
});

describe('the engine for Artillery', () => {
  let server: Server;
  const sockets = new Set<unknown>();
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    sockets.clear();
    server = createServer((request, response) => {
      sockets.add(request.socket);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Runs one virtual user; what it emitted, by name. */
  const run = async (open: OpenScenario['open']) => {
    const counters: Record<string, number> = {};
    const times: number[] = [];
    const emit = (event: string, name = '', value = 1): void => {
      const counter = event === 'error' ? `error ${name}` : event === 'started' ? 'started' : name;
      if (event === 'histogram') {
        if (name === 'http.response_time') times.push(value);
      } else if (event !== 'rate') counters[counter] = (counters[counter] ?? 0) + value;
    };
    const flow = [{ get: { url: '/', name: 'one', expect: { statusCode: 200 } } }];
    const user = new OpenModelEngine().createScenario({ open, flow }, { emit });
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await new Promise<Error | null>((resolve) =>
      user({ vars: { target, users: [{}] } }, (failure) => resolve(failure)),
    );
    return { counters, times, error };
  };

  it('sends every request that is due, over all of its connections, which it keeps', async () => {
    answer = (_request, response) => response.setHeader('content-length', 2).end('ok');
    const { counters, times, error } = await run({ connections: 10, phases: [{ duration: 0.5, rate: 200 }] });
    expect(error).toBeNull();
    expect(counters).toEqual({
      started: 1,
      'http.requests': 100,
      'http.responses': 100,
      'http.codes.200': 100,
      'plugins.metrics-by-endpoint.one.codes.200': 100,
    });
    expect(times).toHaveLength(100);
    expect(Math.min(...times)).toBeGreaterThan(0);
    expect(sockets.size).toBe(10);
  });

  it('counts the time from when a request was due, also while its connection waited for another answer', async () => {
    let held: ServerResponse | undefined;
    answer = (_request, response) => {
      response.setHeader('content-length', 0);
      if (held !== undefined) response.end();
      else {
        held = response;
        setTimeout(() => response.end(), 400);
      }
    };
    const { times } = await run({ connections: 1, phases: [{ duration: 0.2, rate: 20 }] });
    expect(times).toHaveLength(4);
    // Due after 0, 50, 100 and 150 ms, and none answered before 400.
    for (const [index, time] of times.entries()) expect(time).toBeGreaterThan(395 - index * 50);
  });

  it('fails with the number of answers that were not as expected, and says which', async () => {
    let count = 0;
    answer = (_request, response) => {
      response.statusCode = ++count % 4 === 0 ? 503 : 200;
      response.setHeader('content-length', 0).end();
    };
    const { counters, error } = await run({ connections: 2, phases: [{ duration: 0.2, rate: 40 }] });
    expect(error?.message).toBe('2 requests failed');
    expect(counters).toMatchObject({ 'http.codes.503': 2, 'error one: 503 instead of 200': 2 });
  });

  it('goes on over a new connection where one broke', async () => {
    let broken = false;
    answer = (request, response) => {
      if (broken) response.setHeader('content-length', 0).end();
      else request.socket.destroy();
      broken = true;
    };
    const { counters, error } = await run({ connections: 1, phases: [{ duration: 0.2, rate: 40 }] });
    expect(error?.message).toBe('1 requests failed');
    expect(counters).toMatchObject({ 'http.requests': 8, 'http.codes.200': 7 });
  });

  it('measures no other machine', async () => {
    const user = new OpenModelEngine().createScenario(
      { open: { connections: 1, phases: [] }, flow: [{ get: { url: '/' } }] },
      { emit: () => true },
    );
    const error = await new Promise<Error | null>((resolve) =>
      user({ vars: { target: 'http://192.0.2.1:80', users: [{}] } }, (failure) => resolve(failure)),
    );
    expect(error?.message).toContain('same machine');
  });
});
