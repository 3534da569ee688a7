import { request } from 'node:http';
import { connect } from 'node:net';
import { eventually } from '../support/eventually';
import { FrontedInstances } from '../support/fronted-instances';
import { requireProgram } from '../support/required-program';

const nginx = requireProgram('nginx');

/** Far more than the network holds for a client that does not read: 200 MiB of parts. */
const MANY_PARTS = 3_200;

nginx.describe('nginx with what is long', () => {
  let front: FrontedInstances;
  beforeEach(async () => {
    front = await FrontedInstances.start(nginx.file);
  });
  afterEach(() => front.stop());

  it.each(['/api/jobs/export', '/api/exports/7/file/', '/api/jobs?paginate=false'])(
    'takes no more of %s than its client does, instead of filling the disk with it',
    async (path) => {
      const part = Buffer.alloc(64 * 1024, 'x');
      let parts = 0;
      front.answerWith((_request, response) => {
        const fill = (): void => {
          for (let goesOn = true; goesOn && parts < MANY_PARTS; parts += 1) goesOn = response.write(part);
        };
        response.on('drain', fill);
        fill();
      });
      const client = connect(front.proxy.port, '127.0.0.1').pause();
      client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      // Until nothing moves any more.
      let before = -1;
      await eventually(
        async () => {
          before = parts;
          await new Promise((resolve) => setTimeout(resolve, 500));
          return parts;
        },
        (now) => now > 0 && now === before,
      );
      client.destroy();
      expect(parts).toBeLessThan(MANY_PARTS);
    },
  );

  it.each(['/api/jobs/export', '/api/stats/export/'])(
    'passes the rows of %s on as they come',
    async (path) => {
      front.answerWith((_request, response) => response.write('first\n'));
      const asking = new AbortController();
      const { body } = await fetch(front.url + path, {
        signal: AbortSignal.any([asking.signal, AbortSignal.timeout(20_000)]),
      });
      const { value } = await body!.getReader().read();
      expect(String(Buffer.from(value ?? []))).toBe('first\n');
      asking.abort();
    },
  );

  it.each(['/api/jobs/import', '/api/jobs/import/'])(
    'passes the lines of %s on as they come',
    async (path) => {
      const arrived = Promise.race(front.instances.map((each) => each.firstBytes));
      const importing = request(front.url + path, { method: 'POST' });
      importing.on('error', () => undefined);
      importing.write('first\n');
      expect(await arrived).toBe('first\n');
      importing.destroy();
    },
  );
});
