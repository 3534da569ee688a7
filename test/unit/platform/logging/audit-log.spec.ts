import { type PinoLogger } from 'nestjs-pino';
import { pino } from 'pino';
import { AuditLog } from '../../../../src/platform/logging';

const linesAt = (level: string): Record<string, unknown>[] => {
  const lines: string[] = [];
  const logger = pino({ level }, { write: (line: string) => void lines.push(line) });
  const request = logger.child({ req: { id: 'r-1' } });
  const audit = new AuditLog({ logger: request } as unknown as PinoLogger).in('Diagnostics');
  audit.warn({ kind: 'heap-snapshot' }, 'Asked for');
  audit.info('Ended');
  request.warn('Something else');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('The log of what leaves a trace', () => {
  it.each(['fatal', 'error'])('is written at level %s too, which it leaves to others as it is', (level) => {
    expect(linesAt(level)).toEqual([
      expect.objectContaining({ level: 40, context: 'Diagnostics', req: { id: 'r-1' }, msg: 'Asked for' }),
      expect.objectContaining({ level: 30, context: 'Diagnostics', msg: 'Ended' }),
    ]);
  });

  it('is silent where the log is', () => {
    expect(linesAt('silent')).toEqual([]);
  });
});
