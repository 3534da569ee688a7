import { type QueryRunner } from 'typeorm';

/** What every trigger here begins with. */
export const INTO_DELTAS = `INSERT INTO job_count_deltas (owner_id, workflow_id, cohort, figure, key, jobs, ms)`;

/**
 * SQL of the stays `s (status, jobs, began_at, ended_at)` that an event `g` begins, ends or (`jobs` -1) parts, to be joined to it.
 * @param wasThere says of a `seq` of its job that it was there before
 * @param counts the same of those that count: all, where nothing is given
 */
export const changedStays = (
  wasThere: (seq: string) => string,
  counts: (seq: string) => string = () => 'true',
): string => `
      LEFT JOIN LATERAL (
        SELECT e.status, e.occurred_at FROM job_status_events e
        WHERE e.job_id = g.job_id AND ${counts('e.seq')} AND (e.occurred_at, e.seq) < (g.occurred_at, g.seq)
        ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1
      ) previous ON true
      LEFT JOIN LATERAL (
        SELECT e.seq, e.occurred_at FROM job_status_events e
        WHERE e.job_id = g.job_id AND ${counts('e.seq')} AND (e.occurred_at, e.seq) > (g.occurred_at, g.seq)
        ORDER BY e.occurred_at, e.seq LIMIT 1
      ) next ON true
      LEFT JOIN LATERAL (
        SELECT e.status, e.occurred_at FROM job_status_events e
        WHERE ${wasThere('next.seq')} AND e.job_id = g.job_id AND ${wasThere('e.seq')}
          AND (e.occurred_at, e.seq) < (g.occurred_at, g.seq)
        ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1
      ) parted ON true
      CROSS JOIN LATERAL (VALUES
        (previous.status, 1, previous.occurred_at, g.occurred_at),
        (g.status, 1, g.occurred_at, CASE WHEN ${wasThere('next.seq')} THEN next.occurred_at END),
        (parted.status, -1, parted.occurred_at, next.occurred_at)
      ) s (status, jobs, began_at, ended_at)`;

/**
 * An event ends the stay before it and begins one; where another follows, that one ends its own instead of the stay
 * before. Trails that begin here are in the given rows as a whole. Of others only the neighbours are looked up; events
 * that were there before have a smaller `seq` than all given ones. A single event that is the newest, as nearly all are,
 * takes a statement of its own: that of all cases takes longer to begin than to run. It is planned at each use: a plan that
 * was made for a few rows would look each of thousands up in a table read from end to end.
 */
export const countAppendedEvents = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_appended_events() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      given_events bigint;
      largest_seq integer;
    BEGIN
      SELECT count(*), max(seq) INTO given_events, largest_seq FROM appended;
      IF given_events = 0 OR largest_seq = 1 THEN RETURN NULL; END IF;
      IF given_events = 1 THEN
        ${INTO_DELTAS}
        SELECT j.owner_id, j.workflow_id, utc_day(j.created_at), 'stay', e.status, 1,
               epoch_ms(a.occurred_at) - epoch_ms(e.occurred_at)
        FROM appended a
        CROSS JOIN LATERAL (
          SELECT e.status, e.occurred_at FROM job_status_events e WHERE e.job_id = a.job_id
          ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1 OFFSET 1
        ) e
        JOIN jobs j ON j.id = a.job_id
        WHERE NOT EXISTS (
          SELECT FROM job_status_events e WHERE e.job_id = a.job_id AND (e.occurred_at, e.seq) > (a.occurred_at, a.seq)
        );
        IF FOUND THEN RETURN NULL; END IF;
      END IF;
      EXECUTE $general$
      ${INTO_DELTAS}
      WITH given AS MATERIALIZED (
        SELECT a.job_id, a.seq, a.status, a.occurred_at, min(a.seq) OVER (PARTITION BY a.job_id) AS first_seq
        FROM appended a
      ), stay AS (
        SELECT job_id, status, 1 AS jobs, occurred_at AS began_at,
               lead(occurred_at) OVER (PARTITION BY job_id ORDER BY occurred_at, seq) AS ended_at
        FROM given WHERE first_seq = 1
        UNION ALL
        SELECT g.job_id, s.*
        FROM given g
        ${changedStays((seq) => `${seq} < g.first_seq`)}
        WHERE g.first_seq > 1
      )
      SELECT j.owner_id, j.workflow_id, utc_day(j.created_at), 'stay', s.status, sum(s.jobs),
             sum(s.jobs * (epoch_ms(s.ended_at) - epoch_ms(s.began_at)))
      FROM stay s JOIN jobs j ON j.id = s.job_id
      WHERE s.status IS NOT NULL AND s.ended_at IS NOT NULL
      GROUP BY 1, 2, 3, 5 HAVING sum(s.jobs) <> 0 OR sum(s.jobs * (epoch_ms(s.ended_at) - epoch_ms(s.began_at))) <> 0
      $general$;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_job_status_events_count_insert AFTER INSERT ON job_status_events
    REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION count_appended_events()`);
};
