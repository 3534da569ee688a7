import { integer, variable } from '../variable';

/** Percent. */
const percent = (standard: number) => integer(1, 100).default(standard);

/** From when on `/api/health` warns, and from when on it is alarmed. */
export const healthVariables = {
  HEALTH_MEMORY_WARNING: variable({
    schema: percent(80),
    meaning:
      "Percent of the container's memory limit (else of the machine's memory) from which `/api/health` warns.",
    example: '80',
  }),
  HEALTH_MEMORY_CRITICAL: variable({
    schema: percent(90),
    meaning: 'The same for `critical`; above `HEALTH_MEMORY_WARNING`.',
    example: '90',
  }),
  HEALTH_CPU_WARNING: variable({
    schema: percent(70),
    meaning:
      'Percent of the CPU time that the process may use, or of the time of its event loop where that is more, over ten seconds, from which `/api/health` warns.',
    example: '70',
  }),
  HEALTH_CPU_CRITICAL: variable({
    schema: percent(90),
    meaning: 'The same for `critical`; above `HEALTH_CPU_WARNING`.',
    example: '90',
  }),
  HEALTH_HEAP_WARNING: variable({
    schema: percent(80),
    meaning: "Percent of V8's heap limit from which `/api/health` warns.",
    example: '80',
  }),
  HEALTH_HEAP_CRITICAL: variable({
    schema: percent(90),
    meaning: 'The same for `critical`; above `HEALTH_HEAP_WARNING`.',
    example: '90',
  }),
  HEALTH_CONNECTIONS_WARNING: variable({
    schema: percent(70),
    meaning: 'Percent of `DB_MAX_CONNECTIONS` in use from which `/api/health` warns.',
    example: '70',
  }),
  HEALTH_CONNECTIONS_CRITICAL: variable({
    schema: percent(90),
    meaning: 'The same for `critical`; above `HEALTH_CONNECTIONS_WARNING`.',
    example: '90',
  }),
} as const;
