import { createSigner } from 'fast-jwt';
import { AccessTokens } from '../../../src/auth/access-tokens';
import { TokenExpired, Unauthenticated } from '../../../src/auth/auth.errors';
import { AppConfig, parseEnvironment } from '../../../src/config';
import { deriveKey } from '../../../src/platform/security';

const SECRET = 'a secret of the tests, long enough for it';
const caller = { id: '01990a5c-0000-7000-8000-000000000001', role: 'user', sessionId: 'session-1' } as const;
const tokens = (secretKey = SECRET): AccessTokens =>
  new AccessTokens(
    new AppConfig(parseEnvironment({}), { databaseUrl: 'postgres://localhost/none', secretKey }),
  );
const key = deriveKey(SECRET, 'access-token');
const claims = { sub: caller.id, role: 'user', sid: caller.sessionId };

afterEach(() => jest.useRealTimers());

describe('An access token', () => {
  it('names the caller it was issued for, as often as it is shown', () => {
    const service = tokens();
    const token = service.issue(caller);
    expect(service.verify(token)).toEqual(caller);
    expect(service.verify(token)).toEqual(caller);
  });

  it('is believed by another instance with the same secret, and by none with another', () => {
    const token = tokens().issue(caller);
    expect(tokens().verify(token)).toEqual(caller);
    expect(() => tokens(`${SECRET}!`).verify(token)).toThrow(Unauthenticated);
  });

  it('is good until the millisecond of its expiry, remembered or not', () => {
    jest.useFakeTimers({ now: 1_800_000_000_000 });
    const [remembering, other] = [tokens(), tokens()];
    const token = remembering.issue(caller);
    remembering.verify(token);
    jest.setSystemTime(1_800_000_000_000 + 30 * 60_000 - 1);
    expect(remembering.verify(token)).toEqual(caller);
    jest.setSystemTime(1_800_000_000_000 + 30 * 60_000);
    expect(() => remembering.verify(token)).toThrow(TokenExpired);
    expect(() => remembering.verify(token)).toThrow(TokenExpired);
    expect(() => other.verify(token)).toThrow(TokenExpired);
  });

  it('is refused when a single character of it changes', () => {
    const service = tokens();
    const token = service.issue(caller);
    service.verify(token);
    for (let index = 0; index < token.length - 1; index += 7) {
      const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
      expect(() => service.verify(changed)).toThrow(Unauthenticated);
    }
  });

  it.each(['HS384', 'HS512'] as const)(
    'is refused when signed with %s, even with the right key',
    (algorithm) => {
      const sign = createSigner({ algorithm, key, iss: 'jobtrail', expiresIn: 60_000 });
      expect(() => tokens().verify(sign(claims))).toThrow(Unauthenticated);
    },
  );

  it('is refused when it says that it needs no signature', () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const payload = part({ ...claims, iss: 'jobtrail', iat: now, exp: now + 60 });
    const signature = tokens().issue(caller).split('.')[2] ?? '';
    for (const alg of ['none', 'None', '']) {
      expect(() => tokens().verify(`${part({ alg, typ: 'JWT' })}.${payload}.`)).toThrow(Unauthenticated);
      expect(() => tokens().verify(`${part({ alg, typ: 'JWT' })}.${payload}.${signature}`)).toThrow(
        Unauthenticated,
      );
    }
  });

  it.each([
    ['the secret itself', Buffer.from(SECRET)],
    ['the key of another purpose', deriveKey(SECRET, 'cursor')],
  ])('is refused when signed with %s', (_what, other) => {
    const sign = createSigner({ algorithm: 'HS256', key: other, iss: 'jobtrail', expiresIn: 60_000 });
    expect(() => tokens().verify(sign(claims))).toThrow(Unauthenticated);
  });

  it.each([
    ['another issuer', { iss: 'someone' }, claims],
    ['no user', { iss: 'jobtrail' }, { ...claims, sub: undefined }],
    ['a role that does not exist', { iss: 'jobtrail' }, { ...claims, role: 'root' }],
    ['a session that is no text', { iss: 'jobtrail' }, { ...claims, sid: 7 }],
  ])('is refused with %s, even when rightly signed', (_what, options, payload) => {
    const sign = createSigner({ algorithm: 'HS256', key, expiresIn: 60_000, ...options });
    expect(() => tokens().verify(sign(payload))).toThrow(Unauthenticated);
  });

  it('is refused without an expiry', () => {
    const sign = createSigner({ algorithm: 'HS256', key, iss: 'jobtrail' });
    expect(() => tokens().verify(sign(claims))).toThrow(Unauthenticated);
  });

  it.each(['', '.', '..', 'a.b.c', 'null', 'x'.repeat(100_000), '\u0000'])(
    'is refused when it is rubbish',
    (text) => {
      expect(() => tokens().verify(text)).toThrow(Unauthenticated);
    },
  );
});
