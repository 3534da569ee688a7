import type { ServerResponse } from 'node:http';
import { type Histogram, type Series } from './histogram';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const OTHER_METHOD = 'OTHER';

/** By the first digit of the status; the first is for requests whose client left before the answer was sent. */
const CLASSES = ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'];

/** The label of whatever is no route of the program: which paths clients make up must not become labels. */
export const UNKNOWN_ROUTE = 'unknown';

const methodNumbers = new Map(METHODS.map((method, index) => [method, index]));

/** The series of one route, by method and class of status; made when first needed. */
export class RouteSeries {
  private readonly made: (Series | undefined)[] = [];

  constructor(
    private readonly histogram: Histogram,
    private readonly route: string,
  ) {}

  /** The series that this answer counts in, once it has ended. */
  of(response: ServerResponse): Series {
    const method = methodNumbers.get(response.req.method ?? '') ?? METHODS.length;
    const status = response.writableFinished ? Math.floor(response.statusCode / 100) : 0;
    const place = method * CLASSES.length + status;
    return (this.made[place] ??= this.make(method, status));
  }

  private make(method: number, status: number): Series {
    return this.histogram.series({
      route: this.route,
      method: METHODS[method] ?? OTHER_METHOD,
      status_class: CLASSES[status] ?? 'aborted',
    });
  }
}
