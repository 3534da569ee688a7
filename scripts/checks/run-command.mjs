import { spawn } from 'node:child_process';

/** Children that must not outlive this process. */
const running = new Set();

/** Once true, nothing new is started. */
let stopped = false;

/** After this long without an answer to SIGTERM a child is killed. */
const KILL_AFTER_MS = 10_000;

/**
 * Runs one command to its end with no input, keeping what it prints.
 *
 * @param {string[]} command the program and its arguments; no shell is involved
 * @param {{ timeoutMs: number, silenceMs?: number, onText?: (text: string) => void }} options a command still running
 *   after `timeoutMs`, or one that has printed nothing for `silenceMs`, is stopped and counts as failed; `onText` sees
 *   the output as it comes
 * @returns {Promise<{ ok: boolean, code: number | null, output: string, durationMs: number }>} never rejects
 */
export function runCommand([program, ...args], { timeoutMs, silenceMs, onText }) {
  const started = performance.now();
  if (stopped) return Promise.resolve({ ok: false, code: null, output: 'interrupted\n', durationMs: 0 });
  return new Promise((resolve) => {
    let output = '';
    // A process group of its own, so that what the command starts can be stopped with it.
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(child);

    const append = (text) => {
      output += text;
      silence?.refresh();
      onText?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', append);
    child.stderr.setEncoding('utf8').on('data', append);

    const stopBecause = (reason) => {
      output += `\nstopped: ${reason}\n`;
      stop(child, 'SIGTERM');
    };
    const timer = setTimeout(() => stopBecause(`still running after ${timeoutMs / 1000} s`), timeoutMs);
    const silence =
      silenceMs && setTimeout(() => stopBecause(`nothing printed for ${silenceMs / 1000} s`), silenceMs);

    let settled = false;
    const finish = (code) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(silence);
      running.delete(child);
      resolve({ ok: code === 0, code, output, durationMs: performance.now() - started });
    };
    child.on('error', (error) => {
      output += `${program}: ${error.message}\n`;
      finish(null);
    });
    child.on('close', (code) => finish(code));
    // A grandchild that kept the pipes open would hold `close` back for ever.
    child.on('exit', (code) => setTimeout(() => finish(code), 2000).unref());
  });
}

/** Passes a signal on to every running command and waits until all have ended. */
export async function stopCommands(signal) {
  stopped = true;
  await Promise.all(
    [...running].map((child) => new Promise((ended) => child.once('exit', ended) && stop(child, signal))),
  );
}

function stop(child, signal) {
  signalGroup(child, signal);
  setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS).unref();
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Never started, or all of it has ended.
  }
}
