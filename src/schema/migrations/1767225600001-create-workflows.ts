import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Workflows with their statuses and transitions, and the four that are built in. */
export class CreateWorkflows1767225600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner);
    for (const [position, workflow] of builtIn.entries()) await insertWorkflow(runner, workflow, position);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE workflow_transitions, workflow_statuses, workflows`);
  }
}

const createTables = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE TABLE workflows (
      id             varchar(50)  NOT NULL,
      name           varchar(100) NOT NULL,
      initial_status varchar(50)  NOT NULL,
      position       integer      NOT NULL,
      CONSTRAINT pk_workflows PRIMARY KEY (id)
    )`);
  await runner.query(`
    CREATE TABLE workflow_statuses (
      workflow_id varchar(50)  NOT NULL,
      key         varchar(50)  NOT NULL,
      label       varchar(100) NOT NULL,
      category    varchar(10)  NOT NULL,
      position    integer      NOT NULL,
      CONSTRAINT pk_workflow_statuses PRIMARY KEY (workflow_id, key),
      CONSTRAINT fk_workflow_statuses_workflow FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE CASCADE,
      CONSTRAINT ck_workflow_statuses_category
        CHECK (category IN ('todo', 'active', 'success', 'failure', 'dropped'))
    )`);
  await runner.query(`
    CREATE TABLE workflow_transitions (
      workflow_id varchar(50) NOT NULL,
      from_status varchar(50) NOT NULL,
      to_status   varchar(50) NOT NULL,
      CONSTRAINT pk_workflow_transitions PRIMARY KEY (workflow_id, from_status, to_status),
      CONSTRAINT fk_workflow_transitions_from FOREIGN KEY (workflow_id, from_status)
        REFERENCES workflow_statuses (workflow_id, key) ON DELETE CASCADE,
      CONSTRAINT fk_workflow_transitions_to FOREIGN KEY (workflow_id, to_status)
        REFERENCES workflow_statuses (workflow_id, key) ON DELETE CASCADE
    )`);
};

interface BuiltInWorkflow {
  id: string;
  name: string;
  /** Status key -> category; the first is the initial one. */
  statuses: Record<string, 'todo' | 'active' | 'success' | 'failure' | 'dropped'>;
  /** Any to any, with or without itself, or each status's successors. */
  transitions: 'any' | 'any-other' | Record<string, string[]>;
}

const builtIn: BuiltInWorkflow[] = [
  {
    id: 'application',
    name: 'Job application',
    statuses: {
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
    transitions: 'any',
  },
  {
    id: 'posting',
    name: 'Job posting',
    statuses: {
      draft: 'todo',
      open: 'active',
      on_hold: 'active',
      filled: 'success',
      expired: 'dropped',
      cancelled: 'dropped',
    },
    transitions: 'any-other',
  },
  {
    id: 'proposal',
    name: 'Proposal',
    statuses: {
      draft: 'todo',
      submitted: 'active',
      shortlisted: 'active',
      accepted: 'success',
      rejected: 'failure',
      withdrawn: 'dropped',
    },
    transitions: {
      draft: ['submitted', 'withdrawn'],
      submitted: ['shortlisted', 'accepted', 'rejected', 'withdrawn'],
      shortlisted: ['accepted', 'rejected', 'withdrawn'],
    },
  },
  {
    id: 'execution',
    name: 'Execution of a batch job',
    statuses: {
      pending: 'todo',
      running: 'active',
      completed: 'success',
      failed: 'failure',
      cancelled: 'dropped',
    },
    transitions: {
      pending: ['running', 'cancelled'],
      running: ['completed', 'failed', 'cancelled'],
      failed: ['pending'],
    },
  },
];

const label = (key: string): string => (key.charAt(0).toUpperCase() + key.slice(1)).replaceAll('_', ' ');

const transitionPairs = ({ statuses, transitions }: BuiltInWorkflow): [string, string][] => {
  const keys = Object.keys(statuses);
  if (typeof transitions === 'object') {
    return Object.entries(transitions).flatMap(([from, to]) =>
      to.map((key): [string, string] => [from, key]),
    );
  }
  const pairs = keys.flatMap((from) => keys.map((to): [string, string] => [from, to]));
  return transitions === 'any' ? pairs : pairs.filter(([from, to]) => from !== to);
};

const insertWorkflow = async (
  runner: QueryRunner,
  workflow: BuiltInWorkflow,
  position: number,
): Promise<void> => {
  const keys = Object.keys(workflow.statuses);
  const pairs = transitionPairs(workflow);
  await runner.query(`INSERT INTO workflows (id, name, initial_status, position) VALUES ($1, $2, $3, $4)`, [
    workflow.id,
    workflow.name,
    keys[0],
    position,
  ]);
  await runner.query(
    `INSERT INTO workflow_statuses (workflow_id, key, label, category, position)
     SELECT $1, key, label, category, ordinality - 1
     FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS s (key, label, category, ordinality)`,
    [workflow.id, keys, keys.map(label), Object.values(workflow.statuses)],
  );
  await runner.query(
    `INSERT INTO workflow_transitions (workflow_id, from_status, to_status)
     SELECT $1, * FROM unnest($2::text[], $3::text[])`,
    [workflow.id, pairs.map(([from]) => from), pairs.map(([, to]) => to)],
  );
};
