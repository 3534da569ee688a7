import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from '../../bench/http-client';
import { arrivals, type OpenPhase } from './arrivals';
import { RequestMaker, type ReadyRequest, type RequestSpec } from './requests';

/** How a scenario for this engine looks. */
export interface OpenScenario {
  open: { connections: number; phases: OpenPhase[] };
  flow: Record<string, RequestSpec>[];
}

/** What Artillery gives a virtual user, as far as it is needed here. */
export interface OpenContext {
  vars: { target: string; users: Record<string, unknown>[] };
}

/** Where Artillery takes measurements from: `counter` and `rate` and `histogram` with a name and a number. */
export interface Events {
  emit(event: string, name?: string, value?: number): unknown;
}

type Done = (error: Error | null, context: OpenContext) => void;

/** How long the last answers may take after the last request was due. Milliseconds. */
const PATIENCE = 10_000;

/** Connections that are opened at the same time; more would overrun the queue of the listening socket. */
const OPENED_AT_ONCE = 50;

/**
 * An engine for Artillery: requests come at the times that the phases say, whether earlier ones were answered or not
 * (an open model), over connections that are all opened before and kept. Users and connections take turns. A request
 * whose connection still waits for an answer waits behind it, as its user would. Response times begin when a request
 * was due, so that neither waiting nor a late generator hides anything. It costs some 50 µs of CPU a request where
 * Artillery's own takes more than 1 ms, a whole core at 1000 requests a second.
 *
 * The virtual user has failed if any request has. What was not answered as expected is counted under `errors`.
 */
export class OpenModelEngine {
  /** What Artillery calls once for a scenario; the answer is called for each virtual user. */
  createScenario(scenario: OpenScenario, events: Events) {
    return (context: OpenContext, done: Done): void => {
      // Until then Artillery does not know that it has to wait for somebody.
      events.emit('started');
      run(scenario, context, events).then(
        (failed) => done(failed === 0 ? null : new Error(`${failed} requests failed`), context),
        (error: unknown) => {
          events.emit('error', String(error));
          done(error instanceof Error ? error : new Error(String(error)), context);
        },
      );
    };
  }
}

/** A connection of one user after another, each of whom waits for the one before. */
interface Line {
  connection: HttpConnection;
  free: Promise<void>;
}

const openLines = async (port: number, count: number): Promise<Line[]> => {
  const lines: Line[] = [];
  while (lines.length < count) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, count - lines.length) }, () =>
      HttpConnection.open(port),
    );
    for (const connection of await Promise.all(some)) lines.push({ connection, free: Promise.resolve() });
  }
  return lines;
};

/** @returns how many requests failed */
const run = async ({ open, flow }: OpenScenario, { vars }: OpenContext, events: Events): Promise<number> => {
  const requests = new RequestMaker(flow, vars.users);
  const { hostname, port: portText } = new URL(vars.target);
  if (hostname !== '127.0.0.1') throw new Error('This engine is for a program on the same machine');
  const port = Number(portText);
  const lines = await openLines(port, open.connections);
  let failed = 0;
  let answered = 0;
  const send = async (line: Line, request: ReadyRequest, from: number): Promise<void> => {
    const right = await sent(line, request, from, events, port);
    answered += 1;
    if (!right) failed += 1;
  };
  const begin = performance.now();
  let number = 0;
  for (const seconds of arrivals(open.phases)) {
    const due = begin + seconds * 1000;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    // A timer may fire up to a millisecond early.
    const from = Math.min(due, performance.now());
    const line = lines[number % lines.length]!;
    const request = requests.next(number);
    line.free = line.free.then(() => send(line, request, from));
    number += 1;
  }
  const late = new AbortController();
  await Promise.race([
    Promise.all(lines.map(({ free }) => free)),
    sleep(PATIENCE, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  const unanswered = number - answered;
  if (unanswered > 0) events.emit('counter', 'errors.unanswered', unanswered);
  for (const { connection } of lines) void connection.close();
  return failed + unanswered;
};

/** @returns whether it was answered as expected */
const sent = async (
  line: Line,
  { name, expected, bytes }: ReadyRequest,
  from: number,
  events: Events,
  port: number,
): Promise<boolean> => {
  events.emit('counter', 'http.requests', 1);
  events.emit('rate', 'http.request_rate');
  try {
    const { status } = await line.connection.send(bytes);
    const time = performance.now() - from;
    events.emit('counter', 'http.responses', 1);
    events.emit('counter', `http.codes.${status}`, 1);
    events.emit('counter', `plugins.metrics-by-endpoint.${name}.codes.${status}`, 1);
    events.emit('histogram', 'http.response_time', time);
    events.emit('histogram', `plugins.metrics-by-endpoint.response_time.${name}`, time);
    if (status === expected) return true;
    events.emit('error', `${name}: ${status} instead of ${expected}`);
  } catch (error) {
    events.emit('error', `${name}: ${error instanceof Error ? error.message : String(error)}`);
    // The others on this line go on over a new one; where there is none, they fail one by one.
    const fresh = await HttpConnection.open(port).catch(() => undefined);
    if (fresh !== undefined) Object.assign(line, { connection: fresh });
  }
  return false;
};
