import { from, newClient, remaining, startLimitedApp } from '../support/rate-limited';
import type { TestApp } from '../support/test-app';

const FORWARDED = 'x-forwarded-for';

/** What is left to whoever the program takes the sender of these addresses for. */
const leftTo = async (app: TestApp, forwarded: string): Promise<number | undefined> =>
  remaining(await app.request('GET', '/api/nowhere', { headers: { [FORWARDED]: forwarded } }));

/** Whether requests with these addresses count for one and the same client, who has sent none before. */
const areOne = async (app: TestApp, addresses: readonly string[]): Promise<boolean> => {
  const left: (number | undefined)[] = [];
  for (const forwarded of addresses) left.push(await leftTo(app, forwarded));
  return left.every((count, at) => count === (left[0] ?? NaN) - at);
};

/** What an attacker may send to be taken for another each time. */
const forgeries = (honest: string): string[] => [
  honest,
  `203.0.113.1, ${honest}`,
  `203.0.113.2,203.0.113.3,  ${honest} `,
  `, ,${honest}`,
  `garbage, ${honest}`,
  `127.0.0.1, ::1, 10.0.0.1, ${honest}`,
  `${'203.0.113.4, '.repeat(900)}${honest}`,
  `${'x'.repeat(12_000)}, ${honest}`,
];

describe('X-Forwarded-For', () => {
  const apps: TestApp[] = [];
  const start = async (trustProxy?: string): Promise<TestApp> => {
    const app = await startLimitedApp(
      { TRUST_PROXY: trustProxy ?? 'false', RATE_LIMIT_PER_MINUTE: '1000' },
      apps[0] === undefined ? {} : { databaseUrl: apps[0].databaseUrl },
    );
    apps.push(app);
    return app;
  };
  afterAll(async () => {
    for (const app of [...apps].reverse()) await app.close();
  });

  it('is not believed by default: whatever it says, the address of the connection counts', async () => {
    const app = await start();
    expect(await areOne(app, [...forgeries(newClient()), '203.0.113.9', '2001:db8::1', 'x'])).toBe(true);
  });

  it.each(['1', '127.0.0.0/8, ::1', '127.0.0.1'])(
    'behind one proxy (TRUST_PROXY=%s) is believed as far as that proxy wrote it',
    async (trustProxy) => {
      const app = await start(trustProxy);
      const honest = newClient();
      // In order of what a proxy would add its client to, so the last is the honest one.
      expect(await areOne(app, forgeries(honest))).toBe(true);
      expect(await leftTo(app, newClient())).toBe(999);
      // Two headers are one list (RFC 9110, 5.3).
      const headers = new Headers([
        [FORWARDED, '203.0.113.5'],
        [FORWARDED, honest],
      ]);
      const answer = await fetch(`${app.url}/api/nowhere`, { headers });
      expect(answer.headers.get('x-ratelimit-remaining')).toBe(String(999 - forgeries(honest).length));
    },
  );

  it('behind two proxies (TRUST_PROXY=2) is believed one place further, and no more', async () => {
    const app = await start('2');
    const [honest, inner] = [newClient(), newClient()];
    const through = forgeries(honest).map((forged) => `${forged}, ${inner}`);
    expect(await areOne(app, through)).toBe(true);
    expect(await leftTo(app, `${newClient()}, ${inner}`)).toBe(999);
  });

  it('behind proxies in trusted networks is believed up to the first address outside of them', async () => {
    const app = await start('127.0.0.0/8, 10.0.0.0/8, 2001:db8:ffff::/48');
    const honest = newClient();
    expect(
      await areOne(app, [honest, `${honest}, 10.1.2.3`, `203.0.113.1, ${honest}, 10.1.2.3, 10.9.9.9`]),
    ).toBe(true);
    expect(await areOne(app, ['2001:db8:1:1::1, 2001:db8:ffff::7', '2001:db8:1:1::2, 10.0.0.3'])).toBe(true);
    // Whoever is in none of the networks is no proxy, so what they sent is not believed.
    expect(await areOne(app, [...forgeries('203.0.113.77'), '10.0.0.1, 203.0.113.77'])).toBe(true);
  });

  it('is not believed when the connection comes from elsewhere than the trusted proxies', async () => {
    const app = await start('10.0.0.0/8');
    expect(await areOne(app, [...forgeries(newClient()), '203.0.113.9', '10.0.0.1'])).toBe(true);
  });

  it('counts IPv6 by the /64, IPv4 as itself however it is written, and without its port', async () => {
    const app = await start('1');
    expect(
      await areOne(app, [
        '2001:db8:5:6::1',
        '2001:db8:5:6:ffff::2',
        '[2001:DB8:5:6::3]:4711',
        '2001:0db8:5:6::4%eth0',
      ]),
    ).toBe(true);
    expect(await leftTo(app, '2001:db8:5:7::1')).toBe(999);
    expect(
      await areOne(app, ['203.0.113.50', '::ffff:203.0.113.50', '::ffff:cb00:7132', '203.0.113.50:80']),
    ).toBe(true);
    expect(await leftTo(app, '203.0.113.51')).toBe(999);
  });

  it('that is no address counts for the proxy, not for a new client each time', async () => {
    const app = await start('1');
    expect(
      await areOne(app, [
        'garbage',
        'unknown',
        '203.0.113.999',
        '-',
        `_${'x'.repeat(9_000)}`,
        '203.0.113.0/24',
        '127.0.0.1',
      ]),
    ).toBe(true);
  });

  it('longer than a request may be is refused by the parser, and nothing else suffers', async () => {
    const app = await start('1');
    const answer = await fetch(`${app.url}/api/nowhere`, { headers: { [FORWARDED]: 'x'.repeat(40_000) } });
    expect(answer.status).toBe(431);
    expect((await from(app, newClient())).status).toBe(404);
  });
});
