import { type Random } from './random';

/** A request to be sent by a user. */
export interface Call {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What is known of a user's jobs, for making up requests; what is there is for the program to say. */
export class Person {
  ids: string[] = [];
  /** Of jobs that were deleted. */
  private gone: string[] = [];
  /** A later page of a list that was read. */
  private followUp: string | undefined;
  private keys = 0;

  constructor(private readonly random: Random) {}

  /** Learns from the answer to a read. */
  learn(call: Call, body: unknown): void {
    const cursor = (body as { pagination?: { nextCursor?: string | null } }).pagination?.nextCursor;
    if (!call.path.startsWith('/api/jobs?limit=3') || cursor === undefined || cursor === null) return;
    this.followUp = `/api/jobs?limit=3&sort=title&count=exact&cursor=${encodeURIComponent(cursor)}`;
  }

  /** Learns from the answer to a write; false where that does not say which jobs there are now. */
  wrote({ method, path }: Call, status: number, body: unknown): boolean {
    if (method === 'DELETE' || path.includes('/import')) return false;
    const { id } = (body ?? {}) as { id?: string };
    if (path === '/api/jobs' && status === 201 && id !== undefined && !this.ids.includes(id))
      this.ids.push(id);
    return true;
  }

  /** These are the jobs now. */
  has(ids: string[]): void {
    this.gone = [...this.gone, ...this.ids].filter((id) => !ids.includes(id)).slice(-5);
    this.ids = ids;
  }

  /** A GET of one of the routes that are cached; some are asked for more often than others. */
  read(): Call {
    const { random } = this;
    const hot = [
      '/api/jobs',
      '/api/jobs?status=applied,active&limit=5',
      this.ofJob(''),
      this.ofJob('/status-events'),
    ];
    const path = random.chance(0.5) ? random.pick(hot) : random.pick([...hot, ...this.reads()]);
    const encoding = random.pick(['identity', 'gzip', 'br']);
    return { method: 'GET', path, headers: { 'accept-encoding': encoding } };
  }

  /** A change by any of the routes that make one. */
  write(): Call {
    const { random } = this;
    const few = this.ids.length < 4;
    const make = random.weighted<() => Call>([
      [few ? 8 : 2, () => this.create()],
      [few ? 3 : 1, () => this.import()],
      [5, () => ({ method: 'PATCH', path: this.ofJob(''), body: this.fields() })],
      [1, () => ({ method: 'PUT', path: this.ofJob(''), body: { ...this.fields(), status: this.status() } })],
      [6, () => this.keyed({ method: 'POST', path: this.ofJob('/status-events'), body: this.event() })],
      [2, () => ({ method: 'POST', path: this.ofJob('/archive'), body: { reason: this.word() } })],
      [2, () => ({ method: 'POST', path: this.ofJob('/restore') })],
      [this.ids.length > 12 ? 6 : 1, () => ({ method: 'DELETE', path: this.ofJob('') })],
      [3, () => this.bulk()],
      [1, () => ({ method: 'PATCH', path: '/api/profile', body: this.profile() })],
    ]);
    return make();
  }

  private reads(): string[] {
    const { random } = this;
    const gone = this.gone.length === 0 ? [] : [`/api/jobs/${random.pick(this.gone)}`];
    return [
      ...[
        '?limit=3&sort=title&count=exact',
        '/?archived=all',
        '?archived=true',
        '?q=senior',
        '?count=none&tags=red',
      ],
      ...[
        '?fields=id,title,currentStatus&page_size=50',
        '?page=2&limit=2&sort=-currentStatusAt',
        '?sort=deadline',
      ],
      ...['/upcoming-deadlines', '/upcoming-deadlines?days=60&limit=3'],
    ]
      .map((rest) => `/api/jobs${rest}`)
      .concat([this.ofJob('/statuses?limit=2'), this.ofJob('/status-events?limit=3'), this.ofJob('/')])
      .concat(['/api/profile', '/api/profile', '/api/workflows', '/api/workflows/application'])
      .concat(this.followUp ?? [], gone);
  }

  private create(): Call {
    const body = { title: `${this.word()} ${this.word()}`, ...this.fields(), status: this.status() };
    return this.keyed({ method: 'POST', path: '/api/jobs', body });
  }

  private import(): Call {
    const jobs = Array.from({ length: this.random.between(2, 5) }, () => ({
      externalRef: `ref-${this.random.between(1, 6)}`,
      title: this.word(),
      ...this.fields(),
      statusEvents: [{ status: this.status(), occurredAt: this.past() }],
    }));
    const body = jobs.map((job) => JSON.stringify(job)).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    return { method: 'POST', path: '/api/jobs/import?onConflict=update', body, headers };
  }

  private bulk(): Call {
    const ids = this.ids.filter(() => this.random.chance(0.4));
    if (ids.length === 0) ids.push(this.id());
    const [path, rest] = this.random.pick([
      ['status', { status: this.status() }],
      ['deadline', { deadline: this.day() }],
      ['archive', { reason: this.word() }],
    ] as const);
    return this.keyed({ method: 'POST', path: `/api/jobs/bulk/${path}`, body: { ids, ...rest } });
  }

  private event(): Record<string, unknown> {
    const backdated = this.random.chance(0.4) ? { occurredAt: this.past() } : {};
    return { status: this.status(), note: this.word(), ...backdated };
  }

  private fields(): Record<string, unknown> {
    const all = { company: this.word(), deadline: this.day(), tags: [this.random.pick(['red', 'blue'])] };
    return Object.fromEntries([
      ['notes', this.word()],
      ...Object.entries(all).filter(() => this.random.chance(0.5)),
    ]);
  }

  private profile(): Record<string, unknown> {
    const timeZone = this.random.pick(['UTC', 'Europe/Berlin', 'Pacific/Auckland', 'America/Lima']);
    return this.random.chance(0.5) ? { name: this.word() } : { timeZone };
  }

  private keyed(call: Call): Call {
    if (this.random.chance(0.6)) return call;
    return { ...call, headers: { 'idempotency-key': `key-${(this.keys += 1)}` } };
  }

  private ofJob(rest: string): string {
    return `/api/jobs/${this.id()}${rest}`;
  }

  /** The same few more often than the rest. */
  private id(): string {
    if (this.ids.length === 0) return '00000000-0000-7000-8000-000000000000';
    return this.random.pick(this.random.chance(0.7) ? this.ids.slice(0, 3) : this.ids);
  }

  private word(): string {
    return `${this.random.pick(['Senior', 'Junior', 'Deputy'])} ${this.random.between(1, 1e6).toString(36)}`;
  }

  private status(): string {
    return this.random.pick(['applied', 'interview', 'offer', 'rejected', 'wishlist', 'ghosted']);
  }

  private past(): string {
    return new Date(Date.UTC(2025, this.random.between(0, 11), this.random.between(1, 28))).toISOString();
  }

  private day(): string {
    return new Date(Date.now() + this.random.between(-3, 40) * 86_400_000).toISOString().slice(0, 10);
  }
}
