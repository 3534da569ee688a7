import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { BuiltProgram } from '../support/program';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** Of no meaning, but it must not be shown. */
const PASSWORD = 'hunter2-very-secret';

let program: BuiltProgram;
let database: TestDatabase;
let occupied: Server;

beforeAll(async () => {
  program = new BuiltProgram();
  database = await createTestDatabase();
  occupied = createServer().listen(0, '127.0.0.1');
  await once(occupied, 'listening');
});

afterAll(async () => {
  await program.remove();
  await database.drop();
  occupied.close();
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** What it says when it does not start; never a stack trace, never a secret. */
const refusal = async (environment: NodeJS.ProcessEnv): Promise<string> => {
  const started = program.start(environment);
  const code = await started.exit();
  const said = started.stderr + started.stdout;
  expect([code, said]).toEqual([1, expect.not.stringMatching(/\n\s+at .+:\d+/)]);
  expect(said).not.toContain(PASSWORD);
  return said;
};

describe('The program does not start', () => {
  it('with wrong variables: it names each, what is wrong, and an example', async () => {
    const said = await refusal({ PORT: 'http', SECRET_KEY: PASSWORD });
    expect(said).toBe(
      'The configuration is not valid:\n' +
        '  - PORT: must be a whole number. Example: PORT=3000\n' +
        '  - SECRET_KEY: must be at least 32 bytes long. ' +
        'Example: SECRET_KEY=change-me-to-the-output-of-openssl-rand-hex-32\n',
    );
  });

  it('in production without a secret', async () => {
    const said = await refusal({ NODE_ENV: 'production', DATABASE_URL: database.url });
    expect(said).toMatch(/SECRET_KEY: is required in production/);
  });

  it('in production without a database', async () => {
    const said = await refusal({ NODE_ENV: 'production', SECRET_KEY: 'x'.repeat(32) });
    expect(said).toMatch(/DATABASE_URL: is required in production/);
  });

  it('on a port that another program has', async () => {
    const port = portOf(occupied);
    const said = await refusal({
      DATABASE_URL: database.url,
      SECRET_KEY: 'x'.repeat(32),
      PORT: String(port),
    });
    expect(said).toContain(`Port ${port} is in use by another program: set PORT`);
  });

  it('without its database, and soon says which one it cannot reach', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const port = portOf(free);
    free.close();
    const url = `postgres://u:${PASSWORD}@127.0.0.1:${port}/nothing`;
    const said = await refusal({ DATABASE_URL: url, SECRET_KEY: 'x'.repeat(32) });
    expect(said).toContain(`127.0.0.1:${port}`);
    expect(said).toMatch(/database/i);
    expect(said.trim().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('with a database that refuses the password, and does not show it', async () => {
    const url = new URL(database.url);
    url.password = PASSWORD;
    const said = await refusal({ DATABASE_URL: url.href, SECRET_KEY: 'x'.repeat(32) });
    expect(said).toMatch(/database.*password authentication failed/is);
  });
});
