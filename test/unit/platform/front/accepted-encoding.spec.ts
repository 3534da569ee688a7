import { acceptedEncoding } from '../../../../src/platform/front/accepted-encoding';

it.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['gzip, br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0.5, gzip;q=0.9', 'gzip'],
  ['gzip;q=0, br;q=0', undefined],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['br;q=0, *', 'gzip'],
  ['deflate, zstd', undefined],
  ['GZIP', 'gzip'],
  ['identity;q=1, br;q=0.5', undefined],
  ['gzip ; q = 0.001', 'gzip'],
  ['br;q=nonsense, gzip', 'gzip'],
])('Accept-Encoding: %s is answered in %s', (header, encoding) => {
  expect(acceptedEncoding(header)).toBe(encoding);
});
