import { parseEnvironment, AppConfig } from '../../../src/config';
import { StreamSlots } from '../../../src/jobs/list/stream-slots';
import { Unavailable } from '../../../src/platform/http';

const slotsWith = (overrides: NodeJS.ProcessEnv): StreamSlots =>
  new StreamSlots(
    new AppConfig(parseEnvironment(overrides), { databaseUrl: 'postgres://localhost/x', secretKey: 'x' }),
  );

describe('Exports at once', () => {
  it.each([
    [2, {}],
    [3, { MAX_EXPORTS: '3' }],
    [1, { MAX_EXPORTS: '3', DB_MAX_CONNECTIONS: '7' }],
    [1, { MAX_EXPORTS: '3', DB_MAX_CONNECTIONS: '2' }],
  ])('are at most %i with %j', (most, overrides) => {
    const slots = slotsWith(overrides);
    const taken = Array.from({ length: most }, (_, index) => slots.take(`owner ${index}`));
    expect(() => slots.take('another')).toThrow(Unavailable);
    taken[0]?.release();
    expect(() => slots.take('another')).not.toThrow();
  });
});
