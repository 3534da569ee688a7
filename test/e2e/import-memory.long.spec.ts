import { existsSync, readFileSync } from 'node:fs';
import { BuiltProgram } from '../support/program';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { send, TEST_PASSWORD, TEST_SECRET_KEY } from '../support/test-app';

const MEBIBYTE = 1024 * 1024;

/** What the program may keep in its heap: less than a tenth of the file. Mebibytes. */
const HEAP = 64;

/** Of the file; and how much of it the process may grow by, which is mostly garbage and buffers. Bytes. */
const SIZE = 100 * MEBIBYTE;
const GROWTH = SIZE / 4;

/** Characters of a text in each line; a line has two of them. */
const TEXT = 'n'.repeat(9_900);

let database: TestDatabase;
let built: BuiltProgram;

beforeAll(async () => {
  database = await createTestDatabase();
  built = new BuiltProgram();
});

afterAll(async () => {
  await built.remove();
  await database.drop();
});

/** Lines of NDJSON up to the size, made as they are read; they are counted in `sent`. */
const fileOf = (size: number, sent: { lines: number }): ReadableStream<Uint8Array> => {
  let bytes = 0;
  return new ReadableStream({
    pull: (controller) => {
      const title = `Job ${sent.lines}`;
      const line = Buffer.from(
        `${JSON.stringify({ externalRef: title, title, description: TEXT, notes: TEXT })}\n`,
      );
      controller.enqueue(line);
      sent.lines += 1;
      bytes += line.length;
      if (bytes >= size) controller.close();
    },
  });
};

/** The most memory that the process has had so far, in bytes, where the system tells. */
const peak = (pid: number): number => {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return 0;
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) * 1024;
};

describe('The memory of the program', () => {
  it('does not grow with an import: of 100 MB next to nothing is kept', async () => {
    const program = built.start({
      DATABASE_URL: database.url,
      SECRET_KEY: TEST_SECRET_KEY,
      LOG_LEVEL: 'silent',
      NODE_OPTIONS: `--max-old-space-size=${HEAP} --max-semi-space-size=4`,
    });
    const url = await program.url();
    const body = { email: 'ada@example.com', password: TEST_PASSWORD };
    const { token } = (await send(url, 'POST', '/api/auth/register', { body })).body as { token: string };
    const load = async (size: number): Promise<void> => {
      const sent = { lines: 0 };
      const answer = await send(url, 'POST', '/api/jobs/import?onConflict=skip', {
        token,
        body: fileOf(size, sent),
        headers: { 'content-type': 'application/x-ndjson' },
      });
      expect(answer.status).toBe(200);
      const { created, skipped, failed } = answer.body as Record<string, number>;
      expect([(created ?? 0) + (skipped ?? 0), failed]).toEqual([sent.lines, 0]);
    };
    // What is loaded and set up once does not count.
    await load(SIZE / 10);
    const before = peak(program.pid);
    await load(SIZE);
    expect(peak(program.pid) - before).toBeLessThan(GROWTH);
    expect(await program.stop('SIGTERM')).toBe(0);
  });
});
