import { isEmailAddress, normaliseEmail } from '../../../src/users';

describe('An e-mail address', () => {
  it('is stored trimmed and in lower case', () => {
    expect(normaliseEmail('  Ada@Example.COM\t')).toBe('ada@example.com');
  });

  it('does not turn into another one when lower-cased', () => {
    expect(isEmailAddress(normaliseEmail('\u212a@example.com'))).toBe(false);
  });

  it.each(['ada@example.com', 'ada+jobs@sub.example.co.uk', 'a@xn--mnchen-3ya.example'])(
    'may be %s',
    (text) => {
      expect(isEmailAddress(text)).toBe(true);
    },
  );

  it('may have 254 characters and no more', () => {
    const label = 'd'.repeat(61);
    const address = (last: number): string =>
      `${'a'.repeat(60)}@${label}.${label}.${label}.${'e'.repeat(last)}`;
    expect(address(7)).toHaveLength(254);
    expect(isEmailAddress(address(7))).toBe(true);
    expect(isEmailAddress(address(8))).toBe(false);
  });

  it.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada @example.com',
    'ada@exa mple.com',
    'ada@example.com\u0000',
    'ada@münchen.example',
    'аda@example.com',
    '\ud800@example.com',
    'Ada <ada@example.com>',
    'ada@example.com,eve@example.com',
  ])('may not be %j', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });
});
