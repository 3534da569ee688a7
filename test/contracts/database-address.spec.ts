import { Client } from 'pg';
import { AppConfig, configuredDatabaseUrl, parseEnvironment } from '../../src/config';

describe('The address of the database', () => {
  const urlOf = (source: NodeJS.ProcessEnv) => configuredDatabaseUrl(parseEnvironment(source));

  it('is absent when nothing is configured: then the embedded Postgres is used', () => {
    expect(urlOf({})).toBe(undefined);
    expect(urlOf({ POSTGRES_USER: 'u', POSTGRES_PASSWORD: 'p' })).toBe(undefined);
  });

  it('is DATABASE_URL, also when POSTGRES_HOST is set', () => {
    const url = 'postgres://u:p@db.internal:5433/app?sslmode=require';
    expect(urlOf({ DATABASE_URL: url, POSTGRES_HOST: 'elsewhere' })).toBe(url);
  });

  it('is put together from POSTGRES_*, with their defaults', () => {
    expect(urlOf({ POSTGRES_HOST: 'db.internal' })).toBe('postgres://jobtrail@db.internal:5432/jobtrail');
  });

  it.each(['::1', '2001:db8::5', '10.0.0.7', 'db', 'db_1.internal', 'DB.internal.'])(
    'names the host %s as it is given',
    (host) => {
      const client = new Client({ connectionString: urlOf({ POSTGRES_HOST: host }) });
      expect([client.host, client.port]).toEqual([host, 5432]);
    },
  );

  it.each(['p@ss:w/rd?#[]', '50%', 'a b+c', 'пароль', 'quote\'"\\'])('keeps the password %s', (password) => {
    const url = urlOf({
      POSTGRES_HOST: 'db',
      POSTGRES_USER: 'user@corp',
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: 'my db',
    });
    // Read as the driver reads it.
    const { user, password: read, host, port, database } = new Client({ connectionString: url });
    expect({ user, read, host, port, database }).toEqual({
      user: 'user@corp',
      read: password,
      host: 'db',
      port: 5432,
      database: 'my db',
    });
  });

  it('of the migrations is DATABASE_DIRECT_URL where that is set', () => {
    const DATABASE_DIRECT_URL = 'postgres://u@direct/app';
    const config = (source: NodeJS.ProcessEnv) =>
      new AppConfig(parseEnvironment(source), { databaseUrl: 'postgres://u@pool/app', secretKey: 'x' });
    expect(config({ DATABASE_DIRECT_URL }).database.directUrl).toBe(DATABASE_DIRECT_URL);
    expect(config({}).database.directUrl).toBe('postgres://u@pool/app');
  });
});
