/** What `GET /api/stats` answers, as the contract states it. */
export interface StatsAnswer {
  asOf: string;
  totals: {
    all: number;
    archived: number;
    byStatus: Record<string, number>;
    byCategory: Record<string, number>;
  };
  responseRate: number | null;
  averageTimeInStatusSeconds: Record<string, number>;
  createdPerMonth: { month: string; count: number }[];
  deadlines: { upcoming: number; overdue: number; met: number; missed: number; adherence: number | null };
  timeToOffer: TimeToOffer;
  topCompanies: { company: string; count: number }[];
}

/** Seconds from the application to the offer; all but the count are null where there is none. */
export interface TimeToOffer {
  count: number;
  average: number | null;
  median: number | null;
  min: number | null;
  max: number | null;
  medianMode: 'exact' | 'estimated';
}

/** Numbers by a name. */
export type Tally = Record<string, number>;

/** Adds to the number of a name. */
export const add = (tally: Tally, name: string, amount = 1): void => {
  tally[name] = (tally[name] ?? 0) + amount;
};

/** A part of a whole; `null` where the whole is nothing. */
export const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
