import { cityOf, isTimeZone } from '../../../src/users';

describe('A time zone', () => {
  it('whose name Postgres takes for an offset goes by a city', () => {
    const named = ['CET', 'eet', 'MET', 'wet', 'Europe/Berlin', 'EST'].map(cityOf);
    const cities = [
      'Europe/Brussels',
      'Europe/Athens',
      'Europe/Brussels',
      'Europe/Lisbon',
      'Europe/Berlin',
      'EST',
    ];
    expect(named).toEqual(cities);
  });

  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'America/Port-au-Prince'])(
    'may be %s',
    (text) => {
      expect(isTimeZone(text)).toBe(true);
    },
  );

  it.each([
    '',
    ' UTC',
    'Mars/Olympus',
    '+02:00',
    'constructor',
    'Europe/Berlin\u0000',
    '../etc',
    'A'.repeat(100_000),
  ])('may not be %j', (text) => {
    expect(isTimeZone(text.slice(0, 70))).toBe(false);
  });
});
