import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppConfig } from '../../config';
import { type Histogram } from './histogram';
import { MetricsRegistry } from './metrics-registry';
import { RouteSeries, UNKNOWN_ROUTE } from './route-series';

/** Upper bounds of the buckets in seconds: the times that answers are promised within are among them. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5, 10];

/** What is remembered of a request on its response. */
const BEGAN = Symbol('began');
const ROUTE = Symbol('route');
const COUNTED = Symbol('counted');

interface Answering extends ServerResponse {
  [BEGAN]?: number;
  [ROUTE]?: RouteSeries;
  [COUNTED]?: true;
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** The hooks of one route; both know its series. */
interface RouteHooks {
  onRequest: Hook;
  onResponse: Hook;
}

/**
 * Measures every request of a server, until its answer has left: also what the cache answers ahead of the pipeline,
 * what is refused, and what the router itself answers. Nothing that a client sends becomes a label. An answer of the
 * cache meets one hook, which knows its series, and the clock that is read for the log anyway; the rest is for others.
 */
@Injectable()
export class RequestDurations {
  private readonly histogram: Histogram;
  private readonly unknown: RouteSeries;
  private readonly routes = new Map<string, RouteHooks>();

  constructor(
    private readonly config: AppConfig,
    registry: MetricsRegistry,
  ) {
    this.histogram = registry.histogram(
      { name: 'request_duration_seconds', help: 'Time from the head of a request to the end of its answer.' },
      BOUNDS,
    );
    this.unknown = new RouteSeries(this.histogram, UNKNOWN_ROUTE);
  }

  /** Measures the requests of `fastify` from now on, of routes that are added later; nothing where metrics are off. */
  watch(fastify: FastifyInstance): void {
    if (!this.config.metrics.enabled) return;
    fastify.addHook('onRoute', (route) => this.addHooks(route));
    fastify.addHook('onRequest', (_request, reply, done) => {
      (reply.raw as Answering)[BEGAN] = performance.now();
      done();
    });
    const { unknown } = this;
    // One function for all: a closure for each request would cost more than what it does.
    const onClose = function (this: Answering): void {
      if (this[COUNTED] === true) return;
      const began = this[BEGAN];
      // The router answers at once, without a hook, what it refuses.
      const seconds = began === undefined ? 0 : (performance.now() - began) / 1000;
      (this[ROUTE] ?? unknown).of(this).observe(seconds);
    };
    fastify.server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
      response.on('close', onClose);
    });
  }

  private addHooks(route: RouteOptions): void {
    const template = templateOf(route.url);
    let hooks = this.routes.get(template);
    if (hooks === undefined) this.routes.set(template, (hooks = hooksOf(this.seriesOf(template))));
    // The route that Fastify adds for HEAD brings those of GET along.
    route.onRequest = withHook(route.onRequest, hooks.onRequest);
    route.onResponse = withHook(route.onResponse, hooks.onResponse);
  }

  private seriesOf(template: string): RouteSeries {
    return template === UNKNOWN_ROUTE ? this.unknown : new RouteSeries(this.histogram, template);
  }
}

const hooksOf = (series: RouteSeries): RouteHooks => ({
  onRequest: (_request, reply, done) => {
    (reply.raw as Answering)[ROUTE] = series;
    done();
  },
  onResponse: (_request, reply, done) => {
    const answering: Answering = reply.raw;
    answering[COUNTED] = true;
    series.of(answering).observe(reply.elapsedTime / 1000);
    done();
  },
});

const withHook = <Given>(given: Given | Given[] | undefined, hook: Hook): Given[] => {
  const all = given === undefined ? [] : [given].flat();
  return (all.includes(hook as Given) ? all : [...all, hook]) as Given[];
};

/** As the API's documentation writes it: `/api/jobs/{id}`. A slash at the end makes no other route. */
const templateOf = (url: string): string =>
  url === '*' ? UNKNOWN_ROUTE : url.replaceAll(/:(\w+)/g, '{$1}').replace(/(?<=.)\/$/, '');
