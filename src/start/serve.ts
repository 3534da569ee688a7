import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { createApp } from '../configure-app';
import { type AppConfig } from '../config';
import { Lifecycle } from '../platform/lifecycle';
import { LogOutput } from '../platform/logging';
import { longestShutdown } from './longest-shutdown';
import { prepareSchema } from './prepare-schema';
import { shutDown } from './shut-down';
import { type StopSignal } from './stop-signal';

/** How long what the start has under way may take to end: it can be repeated. Milliseconds. */
const STARTING = 500;

/**
 * What is done once the application listens, before its address is announced.
 * @param stop aborted when the program is asked to stop meanwhile; the work is then to be broken off
 */
export type AfterListen = (
  app: NestFastifyApplication,
  config: AppConfig,
  stop: AbortSignal,
) => Promise<void>;

/** What is told of the application. */
export interface ServeOptions {
  afterListen?: AfterListen | undefined;
  /** Told the address when it takes requests, or nothing for a worker that takes none. */
  announce: (url: string | undefined) => void;
  /** Tells the person at the terminal what happens. */
  say: (line: string) => void;
}

/**
 * Brings the schema up to date, and runs the application in this process until it is asked to stop, and ends it in order.
 * @throws whatever kept it from starting, or {@link StopRequested}
 */
export const serve = async (
  stop: StopSignal,
  config: AppConfig,
  { afterListen, announce, say }: ServeOptions,
): Promise<never> => {
  await stop.race(prepareSchema(config, say));
  let app: NestFastifyApplication | undefined;
  const log = { hungUp: false };
  if (config.log.file !== undefined)
    stop.onHangUp = () => {
      log.hungUp = true;
      app?.get(LogOutput).reopen();
    };
  let serving = false;
  try {
    app = await createApp(config);
    // Meanwhile the file may have been opened, and then renamed.
    if (log.hungUp) app.get(LogOutput).reopen();
    stop.signal.throwIfAborted();
    if (config.worker.apart) {
      await app.init();
      announce(undefined);
    } else {
      await app.listen(config.http.port, config.http.host);
      await afterListen?.(app, config, stop.signal);
      stop.signal.throwIfAborted();
      announce(await app.getUrl());
    }
    app.get(Lifecycle).serving();
    serving = true;
    stop.allow(longestShutdown(config));
    await stop.requested;
    throw stop.signal.reason;
  } finally {
    if (app !== undefined) await (serving ? shutDown(app, config) : abandon(app));
  }
};

/** Ends an application that has not come to serve. */
const abandon = async (app: NestFastifyApplication): Promise<void> => {
  await Promise.race([app.close().catch(() => undefined), delay(STARTING, undefined, { ref: false })]);
};
