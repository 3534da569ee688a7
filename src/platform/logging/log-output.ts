import { type OnApplicationShutdown } from '@nestjs/common';
import { closeSync, mkdirSync, openSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type DestinationStream } from 'pino';

/** Characters that wait to be written at most: what comes while there are more is lost. */
const MOST_WAITING = 4 * 1024 * 1024;

/** Milliseconds until a write that failed is tried again; of one that only was not possible at once. */
const RETRY_AFTER = { failure: 1_000, busy: 10 };

/**
 * Milliseconds between writes: what comes meanwhile is written together, as each write costs a thread of the pool being
 * woken. Nobody waits for their end where so many characters have come.
 */
const PAUSE = 5;
const TOGETHER = 64 * 1024;

/** Milliseconds that the end of the process waits for a pipe that is full. */
const PATIENCE_AT_EXIT = 1_000;

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

/** Writes one line for the person at the terminal, for whom the log is not. */
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * Where log lines go: a file that is appended to, or standard output. A line is written at once, those that follow
 * within 5 ms together. Nobody waits for the writing, and no failure of it ends the process: lines are kept back for as
 * long as there is room for them (4 MiB), and the writing is tried again every second. How many were lost, because it
 * failed or because who reads them is slow, is logged in their place. Standard error tells when lines begin to be lost or
 * cannot be written, and when that is over. Standard output that nobody reads any more is given up for good. A process that
 * is killed takes along what came since its last write.
 */
export class LogOutput implements DestinationStream, OnApplicationShutdown {
  private static readonly all = new Set<LogOutput>();

  private fd: number | undefined;
  private waiting: string[] = [];
  private length = 0;
  /** Lines that were lost: those that the log does not tell of yet, and those that standard error does not. */
  private lost = { unlogged: 0, untold: 0 };
  /** What is being written, or could not be. */
  private current: Buffer | undefined;
  private writing = false;
  private renew = false;
  private retry: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;
  /** What standard error was told of and is not over: the writing fails, or more comes than is taken. */
  private trouble: 'failing' | 'behind' | undefined;
  private givenUp = false;

  /** @param file path; its folder is made. Default standard output */
  constructor(private readonly file?: string) {
    if (LogOutput.all.size === 0) {
      process.once('exit', () => {
        for (const output of LogOutput.all) output.end();
      });
    }
    LogOutput.all.add(this);
    // Looked up at the stream, since Node has a pipe not block once that is open: who stalls at its other end would else
    // hold up a thread of the pool for as long, and with it the end of the process.
    if (file === undefined) this.fd = process.stdout.fd;
    else this.open(file);
  }

  /** Takes a line to write. */
  write(line: string): void {
    if (this.givenUp) return;
    if (this.length + (this.current?.length ?? 0) + line.length > MOST_WAITING) {
      this.lose();
    } else {
      this.logLoss();
      this.wait(line);
    }
    if (this.writing || this.retry !== undefined) return;
    if (this.pause === undefined || this.length >= TOGETHER) this.next();
  }

  /** Goes on in a new file of the same name, as after the old one was renamed; does nothing with standard output. */
  reopen(): void {
    if (this.file === undefined) return;
    this.renew = true;
    clearTimeout(this.retry);
    this.retry = undefined;
    if (!this.writing) this.next();
  }

  /** Writes what waits before it returns, if it can be written. */
  flushSync(): void {
    const { fd } = this;
    if (fd === undefined || this.givenUp) return;
    const deadline = performance.now() + PATIENCE_AT_EXIT;
    // What the operating system is at is written by it even if the process ends.
    let rest = this.writing ? undefined : this.current;
    if (!this.writing) this.current = undefined;
    while ((rest ??= this.take()) !== undefined) {
      const written = writeNow(fd, rest, deadline);
      if (written === undefined) {
        this.waiting.unshift(rest.toString());
        this.length += rest.length;
        return;
      }
      rest = written < rest.length ? rest.subarray(written) : undefined;
    }
  }

  /** What was logged before the program ended is there from then on. */
  onApplicationShutdown(): void {
    this.flushSync();
  }

  /** The process ends: what cannot be written now is lost. */
  private end(): void {
    this.flushSync();
    const lines = this.waiting.join('').split('\n').length - 1;
    if (lines > 0) say(`${lines} log lines could not be written before the end, and are lost.`);
  }

  private next(): void {
    if (this.renew && this.file !== undefined) this.open(this.file);
    const { fd } = this;
    if (fd === undefined) return;
    const bytes = (this.current ??= this.take());
    if (bytes === undefined) return;
    clearTimeout(this.pause);
    this.pause = undefined;
    this.writing = true;
    write(fd, bytes, (error, written) => {
      this.writing = false;
      if (error === null) this.wrote(bytes, written);
      else this.failed(error);
    });
  }

  private wrote(bytes: Buffer, written: number): void {
    this.current = written < bytes.length ? bytes.subarray(written) : undefined;
    const left = this.current !== undefined || this.waiting.length > 0 || this.lost.unlogged > 0;
    if (this.trouble === 'failing' || (this.trouble === 'behind' && !left)) this.recovered();
    if (this.current !== undefined || this.length >= TOGETHER) {
      this.next();
      return;
    }
    this.pause = setTimeout(() => {
      this.pause = undefined;
      if (!this.writing && this.retry === undefined) this.next();
    }, PAUSE).unref();
  }

  private failed(error: Error): void {
    const code = codeOf(error);
    if (code === 'EPIPE' && this.file === undefined) {
      this.givenUp = true;
      this.waiting = [];
      return;
    }
    const busy = code === 'EAGAIN' || code === 'EBUSY';
    if (!busy) this.tell(error);
    this.tryLater(busy ? RETRY_AFTER.busy : RETRY_AFTER.failure);
  }

  private tryLater(delay: number): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.retry = undefined;
      // The file may be gone, or its disk; what could not be opened is tried here as well.
      this.renew = true;
      this.next();
    }, delay).unref();
  }

  private open(file: string): void {
    this.renew = false;
    try {
      mkdirSync(dirname(file), { recursive: true });
      const opened = openSync(file, 'a');
      if (this.fd !== undefined) closeSync(this.fd);
      this.fd = opened;
    } catch (error) {
      if (this.fd === undefined) {
        this.failed(error as Error);
      } else if (this.trouble !== 'failing') {
        say(`The log file cannot be opened anew (${(error as Error).message}): the old one is written on.`);
      }
    }
  }

  private lose(): void {
    this.lost.unlogged += 1;
    this.lost.untold += 1;
    if (this.trouble !== undefined) return;
    this.trouble = 'behind';
    say('Log lines are lost: they come faster than they are taken.');
  }

  /** Has the log tell of the lines that were lost since it last did. */
  private logLoss(): void {
    if (this.lost.unlogged === 0) return;
    this.wait(lossLine(this.lost.unlogged));
    this.lost.unlogged = 0;
  }

  private wait(line: string): void {
    this.waiting.push(line);
    this.length += line.length;
  }

  private tell(error: Error): void {
    if (this.trouble === 'failing') return;
    this.trouble = 'failing';
    say(`The log cannot be written (${error.message}): lines wait, and are lost when there are too many.`);
  }

  private recovered(): void {
    const how = this.trouble === 'failing' ? 'is written again' : 'has caught up';
    say(`The log ${how}; ${this.lost.untold} lines were lost.`);
    this.trouble = undefined;
    this.lost.untold = 0;
  }

  /** What waits, as bytes. */
  private take(): Buffer | undefined {
    this.logLoss();
    if (this.waiting.length === 0) return undefined;
    const bytes = Buffer.from(this.waiting.join(''));
    this.waiting = [];
    this.length = 0;
    return bytes;
  }
}

/** The line of level `warn` that tells of lines that are not in the log. */
const lossLine = (lost: number): string =>
  `${JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, lost, msg: 'Log lines were lost' })}\n`;

/** How many bytes were written; `undefined` when it fails, or is not possible until the deadline. */
const writeNow = (fd: number, bytes: Buffer, deadline: number): number | undefined => {
  for (;;) {
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN' || performance.now() > deadline) return undefined;
      // Nothing else can be waited for where the process ends.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
};
