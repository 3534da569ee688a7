/** Typical ways through a workflow, with how often each is taken. Together about three events a job. */
export interface Journeys {
  /** Share of all jobs that are of this workflow. */
  share: number;
  /** Mean time between two events, in milliseconds. */
  step: number;
  paths: readonly (readonly [weight: number, ...statuses: string[]])[];
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Every step is a transition that the workflow allows; the check after loading holds them to the workflows
 * in the database.
 */
export const JOURNEYS: Readonly<Record<string, Journeys>> = {
  application: {
    share: 0.6,
    step: 9 * DAY,
    paths: [
      [8, 'wishlist'],
      [14, 'applied'],
      [12, 'wishlist', 'applied'],
      [10, 'applied', 'ghosted'],
      [16, 'applied', 'rejected'],
      [12, 'interested', 'applied', 'rejected'],
      [10, 'wishlist', 'applied', 'phone_screen', 'rejected'],
      [8, 'wishlist', 'applied', 'phone_screen', 'interview'],
      [8, 'applied', 'phone_screen', 'interview', 'interview', 'rejected'],
      [5, 'wishlist', 'applied', 'phone_screen', 'interview', 'interview', 'offer'],
      [4, 'interested', 'applied', 'phone_screen', 'interview', 'offer', 'accepted'],
      [3, 'applied', 'phone_screen', 'interview', 'offer', 'declined'],
      [2, 'applied', 'phone_screen', 'withdrawn'],
      [
        8,
        'wishlist',
        'interested',
        'applied',
        'phone_screen',
        'interview',
        'interview',
        'interview',
        'rejected',
      ],
    ],
  },
  posting: {
    share: 0.2,
    step: 30 * DAY,
    paths: [
      [2, 'draft'],
      [6, 'open'],
      [6, 'draft', 'open'],
      [6, 'draft', 'open', 'expired'],
      [6, 'draft', 'open', 'filled'],
      [3, 'draft', 'open', 'on_hold', 'open', 'expired'],
      [1, 'draft', 'open', 'on_hold', 'cancelled'],
    ],
  },
  execution: {
    share: 0.15,
    step: 40 * MINUTE,
    paths: [
      [20, 'pending', 'running', 'completed'],
      [3, 'pending', 'running', 'failed'],
      [2, 'pending', 'running', 'failed', 'pending', 'running', 'completed'],
      [1, 'pending', 'cancelled'],
      [1, 'pending', 'running'],
    ],
  },
  proposal: {
    share: 0.05,
    step: 5 * DAY,
    paths: [
      [2, 'draft'],
      [4, 'draft', 'submitted'],
      [6, 'draft', 'submitted', 'rejected'],
      [4, 'draft', 'submitted', 'shortlisted', 'accepted'],
      [3, 'draft', 'submitted', 'shortlisted', 'rejected'],
      [1, 'draft', 'submitted', 'withdrawn'],
    ],
  },
};

/** The statuses of a path, once for each unit of its weight: to be picked from evenly. */
export const weightedPaths = ({ paths }: Journeys): string[][] =>
  paths.flatMap(([weight, ...statuses]) => Array<string[]>(weight).fill(statuses));
