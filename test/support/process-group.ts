import { eventually } from './eventually';
import { BuiltProgram, type RunningProgram } from './program';
import { startRedis, type RedisServer } from './redis-server';
import { createTestDatabase, type TestDatabase } from './test-database';

interface ServesLine {
  process: number;
  processId: number;
  msg: string;
}

/** The processes of a program with `WEB_CONCURRENCY`, as its log tells of them. */
export class ProcessGroup {
  constructor(readonly program: RunningProgram) {}

  /** Waits until it serves, and its log has told of so many processes; gives its address. */
  async url(processes = 2): Promise<string> {
    const url = await this.program.url();
    await eventually(
      () => this.ids.length,
      (count) => count === processes,
    );
    return url;
  }

  /** The ids of the processes that have begun to serve, the latest of each number, by number. */
  get ids(): number[] {
    const latest = new Map<number, number>();
    for (const line of this.program.stdout.split('\n')) {
      if (!line.includes('"A process serves"')) continue;
      const { process, processId } = JSON.parse(line) as ServesLine;
      latest.set(process, processId);
    }
    return [...latest].sort(([one], [other]) => one - other).map(([, id]) => id);
  }

  /** The id of the process of this number, counted from 0. */
  id(index: number): number {
    const id = this.ids[index];
    if (id === undefined) throw new Error(`There is no process ${index}`);
    return id;
  }

  /** Waits until another process serves in place of this one; gives its id. */
  async replacementOf(index: number, former: number): Promise<number> {
    return eventually(
      () => this.ids[index] ?? 0,
      (id) => id !== former && id !== 0,
    );
  }
}

/** What programs of several processes need around them, in one test file; made before its tests and removed after them. */
export class ProcessGroups {
  program: BuiltProgram;
  database: TestDatabase;
  redis: RedisServer;

  /** Call it where hooks may be declared. */
  constructor() {
    beforeAll(async () => {
      this.program = new BuiltProgram();
      [this.database, this.redis] = await Promise.all([createTestDatabase(), startRedis()]);
    });
    afterAll(async () => {
      await this.program.remove();
      await this.redis.stop();
      await this.database.drop();
    });
  }

  /** Starts a program of two processes, or as the variables say. */
  start(environment: NodeJS.ProcessEnv = {}): ProcessGroup {
    return new ProcessGroup(
      this.program.start({
        DATABASE_URL: this.database.url,
        REDIS_URL: this.redis.url,
        WEB_CONCURRENCY: '2',
        ...environment,
      }),
    );
  }
}

/** Whether there is a process of this id, be it only one that nobody has waited for. */
export const isThere = (id: number): boolean => {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
};
