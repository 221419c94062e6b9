import { beforeEach, type TestContext } from 'vitest';
import { cloudKind } from './with-warehouse.ts';

/** What these tests need, BigQuery, Snowflake or their emulators do not have. */
const without: readonly (readonly [needs: string, title: RegExp])[] = [
  ['triggers, rules and constraints', /trigger|a rule|a constraint|keeps rows which are to be deleted/],
  [
    'views, indexes and locks of a table',
    /have an index|views, indexes|while it is being loaded|what is no table/,
  ],
  [
    'a statement in the SQL of another database',
    /that River did not make is a conflict|what may not be null|what must differ/,
  ],
  [
    'a statement in the SQL of another database',
    /a table that a person made keeps its columns|fails its chunk where the table allows none|may fill a column that may not be null/,
  ],
  [
    'less than 10,000 columns, or less than ten minutes for hundreds of them',
    /more columns than a table can have|300 new fields|larger than the database holds/,
  ],
  [
    'more characters in names than BigQuery takes',
    /any table name that the database can have|any name can be a column/,
  ],
  ['tables whose names fold their case', /a table under another spelling|spell their table in two ways/],
  [
    'names of types of another database',
    /first commit have, and keeps it|that somebody made, and beside it|drift: ignore leaves out what does not fit|somebody changes between pull and commit/,
  ],
  ['books in the same database', /are opened, shown and retried in seconds/],
];

/** A test of each database has the name of its own in its title; `databases` are about the target alone. */
const isOfTarget = ({ file, fullTestName }: Readonly<TestContext['task']>): boolean =>
  file.name.includes('test/databases/') || fullTestName.includes(String(cloudKind));

beforeEach(({ task, skip }) => {
  if (!isOfTarget(task)) skip('is about another database');
  const found = without.find(([, title]) => title.test(task.name));
  if (found) skip(`needs ${found[0]}`);
});
