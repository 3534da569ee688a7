import { Passwords } from '../../../src/auth/passwords';

const passwords = new Passwords();
beforeAll(() => passwords.onModuleInit());

describe('A password', () => {
  it('is hashed with argon2id, 19 MiB, two passes, one lane', async () => {
    expect(await passwords.hash('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('gets a salt of its own each time', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
  });

  it('matches its own hash and no other', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.matches(hash, 'correct horse')).toBe(true);
    expect(await passwords.matches(hash, 'Correct horse')).toBe(false);
    expect(await passwords.matches(hash, 'correct horse ')).toBe(false);
  });

  it('never matches where there is no account', async () => {
    expect(await passwords.matches(undefined, '')).toBe(false);
    expect(await passwords.matches(undefined, 'correct horse')).toBe(false);
  });

  it('is hashed off the event loop', async () => {
    const hashing = passwords.hash('correct horse');
    const first = await Promise.race([hashing, new Promise((resolve) => setImmediate(resolve, 'loop'))]);
    expect(first).toBe('loop');
    await hashing;
  });
});
