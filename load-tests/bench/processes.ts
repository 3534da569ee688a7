import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Root of the project. */
export const ROOT = join(__dirname, '../..');

/** A server in a process of its own. */
export interface ServerProcess {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Longest that a server may take to say its port. Milliseconds. */
const START_TIMEOUT = 120_000;

/**
 * Starts a Node program that listens, and waits for the line that names its address.
 * @param args of `node`
 * @throws Error with what the program said, when it does not start
 */
export const startServer = async (args: string[], environment: NodeJS.ProcessEnv): Promise<ServerProcess> => {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // The bench may be broken off: nothing that it started stays behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const port = await announcedPort(child);
  return { port, pid: child.pid ?? 0, stop: () => stop(child) };
};

/** Starts a baseline of this folder. */
export const startBaseline = (name: string, environment: NodeJS.ProcessEnv): Promise<ServerProcess> =>
  startServer(
    ['-r', './scripts/swc-register.cjs', join(__dirname, 'contestants', `${name}.ts`)],
    environment,
  );

const announcedPort = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    const said: string[] = [];
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`A server ${why}:\n${said.join('\n')}`));
    };
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT);
    const ended = (): void => fail('ended at once');
    child.once('exit', ended);
    createInterface({ input: child.stderr! }).on('line', (line) => {
      said.push(line);
      const port = /http:\/\/[^/]+:(\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      child.off('exit', ended);
      resolve(Number(port));
    });
  });

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await exited;
  clearTimeout(timer);
};
