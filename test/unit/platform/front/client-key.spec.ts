import { clientKey } from '../../../../src/platform/front/client-key';

const keyOf = (ip: string | undefined, remoteAddress: string | undefined = '10.0.0.9'): string =>
  clientKey({ ip, raw: { socket: { remoteAddress } } });

describe('The sender of a request', () => {
  it('is the address that it came from, IPv6 by its /64, IPv4 however it is written', () => {
    expect(keyOf('203.0.113.7')).toBe('203.0.113.7');
    expect(keyOf('::ffff:203.0.113.7')).toBe('203.0.113.7');
    expect(keyOf('::ffff:cb00:7107')).toBe('203.0.113.7');
    expect(keyOf('2001:db8:1:2::1')).toBe('2001:db8:1:2::/64');
  });

  it.each([
    '',
    'unknown',
    'evil',
    '203.0.113.7.1',
    '-1',
    '2001:db8',
    'x'.repeat(16_000),
    '203.0.113.7\u0000',
  ])('is the proxy where that says %j, which is no address', (said) => expect(keyOf(said)).toBe('10.0.0.9'));

  it('is one and the same for all connections that broke off before they were asked', () => {
    expect(clientKey({ ip: undefined, raw: { socket: {} } })).toBe('unknown');
  });
});
