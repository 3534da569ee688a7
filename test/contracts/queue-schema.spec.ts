import { Handlers } from '../../src/platform/queue/handlers';
import { QueueStore } from '../../src/platform/queue/queue-store';
import { readRepositoryFile } from '../support/repository-files';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

describe('The schema of the queue', () => {
  it('that migrations make is that of the installed pg-boss', async () => {
    const { schema } = JSON.parse(readRepositoryFile('node_modules/pg-boss/version.json')) as {
      schema: number;
    };
    expect(await app.query('SELECT version FROM queue.version')).toEqual([{ version: schema }]);
    expect(await app.app.get(QueueStore, { strict: false }).boss.schemaVersion()).toBe(schema);
  });

  it('has a queue for each kind of work that is handled, and for no other', async () => {
    const handled = [...app.app.get(Handlers, { strict: false }).work.keys()].sort();
    const made = await app.query<{ name: string }>('SELECT name FROM queue.queue ORDER BY name');
    expect(handled.length).toBeGreaterThan(1);
    expect(made.map(({ name }) => name).sort()).toEqual(handled);
  });
});
