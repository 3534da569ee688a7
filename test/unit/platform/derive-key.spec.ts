import { deriveKey } from '../../../src/platform/security';

describe('A derived key', () => {
  it('has 32 bytes and is the same each time', () => {
    expect(deriveKey('secret', 'access-token')).toHaveLength(32);
    expect(deriveKey('secret', 'access-token')).toEqual(deriveKey('secret', 'access-token'));
  });

  it('differs by purpose and by secret', () => {
    const keys = [deriveKey('secret', 'a'), deriveKey('secret', 'b'), deriveKey('Secret', 'a')];
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3);
  });
});
