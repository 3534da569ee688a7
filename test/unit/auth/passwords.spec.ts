import { hash } from '@node-rs/argon2';
import { Passwords } from '../../../src/auth/passwords';

const passwords = new Passwords();
beforeAll(() => passwords.onModuleInit());

describe('A password', () => {
  it('is hashed with argon2id, 12 MiB, three passes, one lane', async () => {
    expect(await passwords.hash('correct horse')).toMatch(/^\$argon2id\$v=19\$m=12288,t=3,p=1\$/);
  });

  it('matches a hash that was made with other parameters', async () => {
    const earlier = await hash('correct horse', { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    expect(await passwords.matches(earlier, 'correct horse')).toBe(true);
    expect(await passwords.matches(earlier, 'Correct horse')).toBe(false);
  });

  it('gets a salt of its own each time', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
  });

  it('matches its own hash and no other', async () => {
    const own = await passwords.hash('correct horse');
    expect(await passwords.matches(own, 'correct horse')).toBe(true);
    expect(await passwords.matches(own, 'Correct horse')).toBe(false);
    expect(await passwords.matches(own, 'correct horse ')).toBe(false);
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
