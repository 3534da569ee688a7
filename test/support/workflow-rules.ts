/** The built-in workflows as the contract states them, apart from the code and the migration under test. */
interface WorkflowRules {
  initial: string;
  /** Status -> category. */
  categories: Record<string, string>;
  allows(from: string, to: string): boolean;
}

const table = (allowed: Record<string, string[]>) => (from: string, to: string) =>
  allowed[from]?.includes(to) ?? false;

export const WORKFLOW_RULES: Readonly<Record<string, WorkflowRules>> = {
  application: {
    initial: 'wishlist',
    categories: {
      wishlist: 'todo',
      interested: 'todo',
      applied: 'active',
      phone_screen: 'active',
      interview: 'active',
      offer: 'active',
      accepted: 'success',
      rejected: 'failure',
      declined: 'dropped',
      withdrawn: 'dropped',
      ghosted: 'dropped',
    },
    allows: () => true,
  },
  posting: {
    initial: 'draft',
    categories: {
      draft: 'todo',
      open: 'active',
      on_hold: 'active',
      filled: 'success',
      expired: 'dropped',
      cancelled: 'dropped',
    },
    allows: (from, to) => from !== to,
  },
  proposal: {
    initial: 'draft',
    categories: {
      draft: 'todo',
      submitted: 'active',
      shortlisted: 'active',
      accepted: 'success',
      rejected: 'failure',
      withdrawn: 'dropped',
    },
    allows: table({
      draft: ['submitted', 'withdrawn'],
      submitted: ['shortlisted', 'accepted', 'rejected', 'withdrawn'],
      shortlisted: ['accepted', 'rejected', 'withdrawn'],
    }),
  },
  execution: {
    initial: 'pending',
    categories: {
      pending: 'todo',
      running: 'active',
      completed: 'success',
      failed: 'failure',
      cancelled: 'dropped',
    },
    allows: table({
      pending: ['running', 'cancelled'],
      running: ['completed', 'failed', 'cancelled'],
      failed: ['pending'],
    }),
  },
};

/** The rules of a built-in workflow. @throws for any other */
export const rulesOf = (workflow: string): WorkflowRules => {
  const rules = WORKFLOW_RULES[workflow];
  if (rules === undefined) throw new Error(`No workflow ${workflow}`);
  return rules;
};

/** Every status of any workflow, each once. */
export const ALL_STATUSES: readonly string[] = [
  ...new Set(Object.values(WORKFLOW_RULES).flatMap(({ categories }) => Object.keys(categories))),
];
