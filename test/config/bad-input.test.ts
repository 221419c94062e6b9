import { describe, expect, test } from 'vitest';
import { reports } from '#domain/catalogue/index';
import { aFile, faultsOfText } from '../helpers/a-configuration.ts';

/** What is wrong, what of the right file becomes what, and the whole of what is said. */
type Case = readonly [title: string, from: string, to: string, ...faults: string[]];

const filters = (report: string, given: string): [string, string] => [
  'report: promo-codes\n',
  `report: ${report}\n    filters: ${given}\n`,
];
const period = (to: string): [string, string] => ['{ start: 2026-01-01, end: 2026-01-31 }', to];
const size = (to: string): [string, string] => ['size: 4', `size: ${to}`];
const table = (to: string): [string, string] => ['table: codes', `table: ${to}`];
const schedule = (to: string): [string, string] => [
  'connection: main',
  `connection: main\n    schedule: ${to}`,
];
const option = (to: string): [string, string] => ['connection: main', `connection: main\n    ${to}`];
const pg = (to: string): [string, string] => [
  'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
  `local: { client: pg, connection: ${to} }`,
];
const zone = (to: string): [string, string] => period(`{ start: 2026-01-01, end: 2026-01-31, ${to} }`);
const allFilters =
  'actions, targetGroups, executionChannels, changedCustomerAttribute, lifecycleStages, customerAttribute, events, activityEvents, customerAttributes';
const cronWords =
  'expected five fields (minute, hour, day of the month, month, day of the week) such as "0 6 * * *", with numbers, names, "," "-" "*" and "/" that come at some time (no @daily, @every, L, W, # or ?, no seconds)';

const ofPeriods: Case[] = [
  [
    'a range without a start',
    ...period('{ end: 2026-01-31 }'),
    'river.yaml:9:5 rivers.codes.period.start: missing, expected the first day, YYYY-MM-DD (or, instead of a range, predefined: one of yesterday, week_to_date, previous_week, previous_week_to_date, month_to_date, previous_month, previous_month_to_date, year_to_date)',
  ],
  [
    'a start after the end',
    ...period('{ start: 2026-02-01, end: 2026-01-31 }'),
    'river.yaml:9:22 rivers.codes.period.start: expected a day that is not after the end, "2026-01-31", got "2026-02-01"',
  ],
  [
    '30 February',
    ...period('{ start: 2026-02-30, end: 2026-03-31 }'),
    'river.yaml:9:22 rivers.codes.period.start: expected a day that exists, YYYY-MM-DD, got "2026-02-30"',
  ],
  [
    'a day that is written otherwise',
    ...period('{ start: 1.2.2026 }'),
    'river.yaml:9:22 rivers.codes.period.start: expected a day that exists, YYYY-MM-DD, got "1.2.2026"',
  ],
  [
    'a predefined period that there is not',
    ...period('{ predefined: last_week }'),
    'river.yaml:9:27 rivers.codes.period.predefined: expected one of yesterday, week_to_date, previous_week, previous_week_to_date, month_to_date, previous_month, previous_month_to_date, year_to_date, got "last_week"',
  ],
  [
    'a predefined period with a start',
    ...period('{ predefined: yesterday, start: 2026-01-01 }'),
    'river.yaml:9:27 rivers.codes.period.predefined: expected either predefined or start and end, got both',
  ],
  [
    'lastDaysBack in a predefined period',
    ...period('{ predefined: yesterday, lastDaysBack: 2 }'),
    'river.yaml:9:52 rivers.codes.period.lastDaysBack: belongs to ranges (start and end), predefined is none',
  ],
  [
    'track in a range that ends',
    ...zone('track: true'),
    'river.yaml:9:58 rivers.codes.period.track: belongs to ranges without an end, this one ends',
  ],
  [
    'an offset that no place has',
    ...zone('utcOffset: "+25:00"'),
    'river.yaml:9:62 rivers.codes.period.utcOffset: expected an offset from -12:00 to +14:00, such as "+02:00", got "+25:00"',
  ],
  [
    'a time zone that there is not',
    ...zone('timezone: Europe/Londn'),
    'river.yaml:9:61 rivers.codes.period.timezone: expected an IANA time zone such as Europe/London, got "Europe/Londn", did you mean "Europe/London"?',
  ],
  [
    'an offset and a time zone',
    ...zone('utcOffset: "+02:00", timezone: Europe/London'),
    'river.yaml:9:82 rivers.codes.period.timezone: expected either utcOffset or timezone, got both',
  ],
  [
    'no period where the report needs one',
    '    period: { start: 2026-01-01, end: 2026-01-31 }\n',
    '',
    'river.yaml:6:3 rivers.codes.period: missing, the report promo-codes needs one, such as { start: 2026-01-01 } or { predefined: yesterday }',
  ],
  [
    'a period and chunks where the report has none',
    'report: promo-codes',
    'report: all-actions',
    'river.yaml:9:5 rivers.codes.period: the report all-actions has no period: leave it out',
    'river.yaml:10:5 rivers.codes.chunks: the report all-actions has no period: leave it out',
  ],
  ...(['0', '-1', '1.5', '"4"'] as const).map(
    (given): Case => [
      `a chunk size of ${given}`,
      ...size(given),
      `river.yaml:10:35 rivers.codes.chunks.size: expected a whole number above 0, got ${given}`,
    ],
  ),
  [
    'a unit of chunks that there is not',
    'every: daily',
    'every: fortnight',
    'river.yaml:10:22 rivers.codes.chunks.every: expected one of dont_split, daily, monthly, yearly, got "fortnight"',
  ],
];

const ofNames: Case[] = [
  [
    'an unknown report',
    'report: promo-codes',
    'report: promo-kodes',
    `river.yaml:7:13 rivers.codes.report: expected one of ${reports.map(({ slug }) => slug).join(', ')}, got "promo-kodes", did you mean "promo-codes"?`,
  ],
  [
    'an unknown connection',
    'connection: main',
    'connection: mian',
    'river.yaml:8:17 rivers.codes.connection: expected one of main, got "mian", did you mean "main"?',
  ],
  [
    'an unknown warehouse',
    'warehouse: local',
    'warehouse: prod',
    'river.yaml:11:26 rivers.codes.target.warehouse: expected one of local, got "prod"',
  ],
  [
    'an unknown key',
    'period: {',
    'perod: {}\n    period: {',
    'river.yaml:9:5 rivers.codes.perod: unknown key, did you mean "period"? expected one of report, connection, period, chunks, filters, includeControlGroup, prune, overrides, columns, target, schedule, waitForData, giveUpAfter, notify',
  ],
  [
    'an unknown section',
    'rivers:',
    'streams: {}\nrivers:',
    'river.yaml:5:1 streams: unknown key, expected one of connections, warehouses, defaults, rivers',
  ],
  [
    'a name that begins like a flag',
    '  codes:\n',
    '  --codes:\n',
    'river.yaml:6:3 rivers.--codes: expected a name of 1 to 100 characters that begins with no "-" and has no spaces around it, got "--codes"',
  ],
];

const ofFilters: Case[] = [
  [
    'a filter that the report lacks',
    ...filters('customers-by-action', '{ targetGroups: [1] }'),
    'river.yaml:8:16 rivers.codes.filters.targetGroups: the report customers-by-action has no filter targetGroups, it has actions, customerAttributes',
  ],
  [
    'a filter of a report that has none',
    ...filters('promo-codes', '{ actions: [1] }'),
    'river.yaml:8:16 rivers.codes.filters.actions: the report promo-codes has no filter actions, it has none',
  ],
  [
    'a filter that there is not',
    ...filters('customers-by-action', '{ action: [1] }'),
    `river.yaml:8:16 rivers.codes.filters.action: unknown key, did you mean "actions"? expected one of ${allFilters}`,
  ],
  [
    'an empty list',
    ...filters('customers-by-action', '{ actions: [] }'),
    'river.yaml:8:16 rivers.codes.filters.actions: expected a list of ids or names, at least one, got an empty list',
  ],
  [
    'an id that is none',
    ...filters('customers-by-action', '{ actions: [1, -2] }'),
    'river.yaml:8:29 rivers.codes.filters.actions[1]: expected an id (a whole number) or a name, got -2',
  ],
  [
    '11 attributes',
    ...filters('customers-by-action', '{ customerAttributes: [a, b, c, d, e, f, g, h, i, j, k] }'),
    'river.yaml:8:16 rivers.codes.filters.customerAttributes: expected a list of 1 to 10 attribute names, got a list of 11',
  ],
  [
    'an attribute twice',
    ...filters('customers-by-action', '{ customerAttributes: [a, a] }'),
    'river.yaml:8:40 rivers.codes.filters.customerAttributes[1]: "a" stands in the list twice',
  ],
  [
    'an event that there is not',
    ...filters('campaign-interaction-customers', '{ events: [clicked, 7, "9", open] }'),
    'river.yaml:8:42 rivers.codes.filters.events[3]: expected a code or one of sent, delivered, opened, clicked, unsubscribed, dropped, spam_report, bounced, got "open", did you mean "opened"?',
  ],
  [
    'a required filter that is left out',
    'report: promo-codes',
    'report: campaign-interaction-customers',
    'river.yaml:6:3 rivers.codes.filters.events: missing, the report campaign-interaction-customers needs it',
  ],
  [
    'lifecycle stages and an attribute',
    `report: promo-codes
    connection: main
    period: { start: 2026-01-01, end: 2026-01-31 }
    chunks: { every: daily, size: 4 }
`,
    `report: customer-future-values
    connection: main
    filters: { lifecycleStages: [1], customerAttribute: { name: Country, value: UK } }
`,
    'river.yaml:9:38 rivers.codes.filters.customerAttribute: expected either lifecycleStages or customerAttribute, got both',
  ],
  [
    'control groups where the report has none',
    ...option('includeControlGroup: true'),
    'river.yaml:9:26 rivers.codes.includeControlGroup: belongs to customer-actions-by-target-group, customer-one-time-actions-by-date, customer-one-time-actions-by-campaign, not to promo-codes',
  ],
  [
    'prune where nothing can be pruned',
    ...option('prune: true'),
    'river.yaml:9:12 rivers.codes.prune: belongs to customers-by-action, customer-actions-by-target-group, actions-by-target-group, promo-codes-by-target-group, action-details-by-target-group, not to promo-codes',
  ],
  [
    'a correction of a parameter that is not sent',
    ...option('overrides: { parameters: { Dates: Day } }'),
    'river.yaml:9:39 rivers.codes.overrides.parameters.Dates: unknown parameter, did you mean "Date"? the report promo-codes sends Date',
  ],
  [
    'an endpoint that leads elsewhere',
    ...option('overrides: { endpoint: //example.com/x }'),
    'river.yaml:9:28 rivers.codes.overrides.endpoint: expected a path below the base URL, such as customers/GetCustomersByAction, got "//example.com/x"',
  ],
  [
    'a column that River fills itself',
    ...option('overrides: { columns: { Day: date } }'),
    'river.yaml:9:34 rivers.codes.overrides.columns.Day: expected another column, since River itself fills "date"',
  ],
  [
    'a filter that the report lacks under the endpoint it is given',
    'report: promo-codes',
    'report: customer-execution-details-by-campaign\n    overrides: { endpoint: customers/GetCustomerSendDetailsByCampaign }\n    filters: { customerAttributes: [Country] }',
    'river.yaml:9:16 rivers.codes.filters.customerAttributes: the report customer-execution-details-by-campaign has no filter customerAttributes, it has executionChannels',
  ],
  [
    'a column that could not be one',
    ...option('overrides: { columns: { Code: "a; drop" } }'),
    'river.yaml:9:35 rivers.codes.overrides.columns.Code: expected a column name in snake_case, got "a; drop"',
  ],
];

const ofTargets: Case[] = [
  [
    'a load mode that there is not',
    ...table('codes, load: replce'),
    'river.yaml:11:53 rivers.codes.target.load: expected one of replace, append, overwrite, merge, got "replce"',
  ],
  [
    'a key of columns that the river has not',
    ...table('codes, load: merge, key: [promo_code, dat, _river]'),
    'river.yaml:11:78 rivers.codes.target.key.1: expected one of the columns date, target_group_id, recipient_group_id, action_id, promo_code, got "dat", did you mean "date"?',
    'river.yaml:11:83 rivers.codes.target.key.2: expected one of the columns date, target_group_id, recipient_group_id, action_id, promo_code, got "_river"',
  ],
  [
    'a merge of report 3 without a key',
    `report: promo-codes
    connection: main
    period: { start: 2026-01-01, end: 2026-01-31 }
    chunks: { every: daily, size: 4 }
    target: { warehouse: local, table: codes }
`,
    `report: customer-one-time-actions-by-date
    connection: main
    period: { start: 2026-01-01 }
    target: { warehouse: local, table: actions, load: merge }
`,
    'river.yaml:10:5 rivers.codes.target.key: missing, load: merge needs it because the natural key of customer-one-time-actions-by-date is not unique',
  ],
  [
    'two rivers into one table with overwrite',
    ...table(
      'codes, load: overwrite }\n  more: { report: promo-codes, connection: main, period: { start: 2026-01-01 }, target: { warehouse: local, table: CODES }',
    ),
    'river.yaml:11:40 rivers.codes.target.table: expected a table of its own, since load: overwrite replaces all of it, got "codes", which more fills as well',
  ],
  [
    'two rivers of different reports into one table, told at both',
    ...table(
      'codes }\n  more: { report: all-actions, connection: main, target: { warehouse: local, table: CODES } }\n  same: { report: promo-codes, connection: main, period: { start: 2026-01-01 }, target: { warehouse: local, table: codes }',
    ),
    'river.yaml:11:40 rivers.codes.target.table: expected a table that only rivers of promo-codes fill, got "codes", which more fills as well (all-actions)',
    'river.yaml:12:85 rivers.more.target.table: expected a table that only rivers of all-actions fill, got "CODES", which codes, same fill as well (promo-codes)',
    'river.yaml:13:116 rivers.same.target.table: expected a table that only rivers of promo-codes fill, got "codes", which more fills as well (all-actions)',
  ],
  [
    'days back in an open range that appends',
    `period: { start: 2026-01-01, end: 2026-01-31 }
    chunks: { every: daily, size: 4 }
    target: { warehouse: local, table: codes }
`,
    `period: { start: 2026-01-01, lastDaysBack: 2 }
    target: { warehouse: local, table: codes, load: append }
`,
    'river.yaml:9:48 rivers.codes.period.lastDaysBack: does not go with load: append in a range without an end: the days before would be there twice. Use load: replace, or leave lastDaysBack out',
  ],
  [
    'a target without a table',
    ', table: codes }',
    ' }',
    'river.yaml:11:5 rivers.codes.target.table: missing, expected a name',
  ],
  [
    'a table that SQLite keeps for itself',
    ...table('sqlite_codes'),
    'river.yaml:11:40 rivers.codes.target.table: expected a table name that does not begin with sqlite_ (SQLite keeps those), got "sqlite_codes"',
  ],
];

const ofSchedules: Case[] = [
  ...['61 * * * *', '0 6 * *', '0 0 6 * * *', '0 6 L * *', '@daily', '0 6 30 2 *'].map(
    (cron): Case => [
      `the cron line ${cron}`,
      ...schedule(`{ cron: "${cron}" }`),
      `river.yaml:9:23 rivers.codes.schedule.cron: ${cronWords}, got "${cron}"`,
    ],
  ),
  [
    'a schedule without a cron line',
    ...schedule('{ timezone: Europe/London }'),
    'river.yaml:9:5 rivers.codes.schedule.cron: missing, expected a cron line such as "0 6 * * *"',
  ],
  [
    "a schedule's time zone that there is not",
    ...schedule('{ cron: "0 6 * * *", timezone: Mars/Phobos }'),
    'river.yaml:9:46 rivers.codes.schedule.timezone: expected an IANA time zone such as Europe/London, got "Mars/Phobos"',
  ],
  [
    'a duration without its unit',
    ...option('waitForData: 6'),
    'river.yaml:9:18 rivers.codes.waitForData: expected a duration such as 15s, 10m, 6h or 2d, got 6',
  ],
  [
    'a duration beyond a year',
    ...option('giveUpAfter: 400d'),
    'river.yaml:9:18 rivers.codes.giveUpAfter: expected a duration such as 15s, 10m, 6h or 2d, got "400d"',
  ],
];

const main = `"https://api4.optimove.net/current", auth: { apiKey: "\${KEY}" }`;
const connection = (to: string): [string, string] => [main, to];
const auth = (to: string): [string, string] => [`{ apiKey: "\${KEY}" }`, to];

const ofConnections: Case[] = [
  [
    'a base URL that is none',
    ...connection(`optimove, auth: { apiKey: "\${KEY}" }`),
    'river.yaml:2:20 connections.main.baseUrl: expected a URL such as https://api4.optimove.net/current, got "optimove"',
  ],
  [
    'a base URL over which the key would be readable',
    ...connection(`http://api4.optimove.net/current, auth: { apiKey: "\${KEY}" }`),
    'river.yaml:2:20 connections.main.baseUrl: expected https, because http would send the key unencrypted, got "http://api4.optimove.net/current"',
  ],
  [
    'a base URL with a user name, a query and a fragment',
    ...connection(`"https://me:pw@api4.optimove.net/current?a=b#c", auth: { apiKey: "\${KEY}" }`),
    'river.yaml:2:20 connections.main.baseUrl: expected a URL without a user name or password (they belong under auth), without a query, without a fragment',
  ],
  [
    'a key that stands in the file',
    ...auth('{ apiKey: abc }'),
    `river.yaml:2:73 connections.main.auth.apiKey: expected "\${NAME}" (an environment variable), "file:<path>" or "exec:<command>", got a secret written in this file`,
  ],
  [
    'a key and a login',
    ...auth(`{ apiKey: "\${KEY}", username: me }`),
    'river.yaml:2:57 connections.main.auth: expected either apiKey or username and password, got both',
  ],
  [
    'neither a key nor a login',
    ...auth('{}'),
    'river.yaml:2:57 connections.main.auth: expected apiKey, or username and password',
  ],
  [
    'a login without its password',
    ...auth('{ username: me }'),
    'river.yaml:2:57 connections.main.auth.password: missing, username needs it',
  ],
  [
    'a variable that is not set',
    ...auth(`{ apiKey: "\${OPTIMOVE_API_KEY}" }`),
    'river.yaml:2:73 connections.main.auth.apiKey: the environment variable OPTIMOVE_API_KEY is not set',
  ],
  [
    'a reference that names nothing',
    ...auth(`{ apiKey: "\${OPTIMOVE-API-KEY}" }`),
    `river.yaml:2:73 connections.main.auth.apiKey: expected \${NAME}, the name of an environment variable, after "\${" (write $\${ for "\${" itself)`,
  ],
  [
    'a secret whose file is not there',
    ...auth('{ apiKey: "file:optimove.key" }'),
    'river.yaml:2:73 connections.main.auth.apiKey: there is no file at "file:optimove.key", looked for from the folder of this file',
  ],
  [
    'a budget of no whole calls',
    ...auth(`{ apiKey: "\${KEY}" }, budget: [{ calls: 1k, per: 1h }]`),
    'river.yaml:2:103 connections.main.budget[0].calls: expected a whole number above 0, got "1k"',
  ],
  [
    'a window without a length',
    ...auth(`{ apiKey: "\${KEY}" }, budget: [{ calls: 50, per: 0 }]`),
    'river.yaml:2:112 connections.main.budget[0].per: expected a duration above 0, such as 10s or 1h, got 0',
  ],
  [
    'windows that do not go together',
    ...auth(`{ apiKey: "\${KEY}" }, budget: [{ calls: 50, per: 1h }, { calls: 60, per: 10s }]`),
    'river.yaml:2:85 connections.main.budget: the window of 50 calls per 1h allows fewer calls than the shorter one of 60 calls per 10s, which can therefore never be used up: lower the calls of the shorter window or leave it out',
  ],
  [
    'two connections with one key',
    'warehouses:',
    `  same: { baseUrl: "HTTPS://API4.Optimove.net:443/current/", auth: { apiKey: "\${KEY}" } }\nwarehouses:`,
    'river.yaml:3:3 connections.same: the connections main and same have the same base URL and credentials: they are one connection with one budget. Keep one of them',
  ],
];

const ofWarehouses: Case[] = [
  [
    'a database that River does not load into',
    'client: better-sqlite3',
    'client: mysql2',
    'river.yaml:4:20 warehouses.local.client: expected one of better-sqlite3, pg, bigquery, snowflake, got "mysql2"',
  ],
  [
    'SQLite without a file',
    '{ filename: ./warehouse.db }',
    './warehouse.db',
    'river.yaml:4:48 warehouses.local.connection: expected { filename: <path> }, the file of the SQLite database',
  ],
  [
    'SQLite in memory',
    './warehouse.db',
    '":memory:"',
    'river.yaml:4:60 warehouses.local.connection.filename: expected a file: a database in memory ends with its process',
  ],
  [
    'SQLite with a schema',
    '{ filename: ./warehouse.db }',
    '{ filename: ./warehouse.db }, schema: optimove',
    'river.yaml:4:86 warehouses.local.schema: belongs to pg, better-sqlite3 has no schemas',
  ],
  [
    'books that no warehouse keeps',
    '{ filename: ./warehouse.db }',
    '{ filename: ./warehouse.db }, books: prod',
    'river.yaml:4:85 warehouses.local.books: there is no other warehouse that keeps its own books, got "prod"',
  ],
  [
    'books of a name that is nearly right',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db }, books: prode }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:85 warehouses.local.books: expected one of prod, got "prode", did you mean "prod"?',
  ],
  [
    'a warehouse that keeps its books in itself',
    '{ filename: ./warehouse.db }',
    '{ filename: ./warehouse.db }, books: local',
    'river.yaml:4:85 warehouses.local.books: names the warehouse itself: leave it out, and it keeps its own books',
  ],
  [
    'books of a warehouse whose own are kept elsewhere',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db }, books: lake }\n  lake: { client: better-sqlite3, connection: { filename: ./lake.db }, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:85 warehouses.local.books: expected a warehouse that keeps its own books, got "lake", whose books are kept by prod',
  ],
  [
    'books in the database that they are apart from',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db }, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'river.yaml:4:3 warehouses.local: is the same database as the warehouse prod: with `books` a database has one name',
  ],
  [
    'BigQuery without books',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p }, schema: d }',
    'river.yaml:4:3 warehouses.local.books: missing, name the warehouse that keeps manifest and staging for this one: BigQuery has neither row locks nor unique keys, without which a chunk could be loaded twice',
  ],
  [
    'books in BigQuery',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p }, schema: d, books: other }\n  other: { client: bigquery, connection: { projectId: q }, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:78 warehouses.local.books: expected a warehouse that keeps its own books, got "other", whose books are kept by prod',
  ],
  [
    'BigQuery without a dataset',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p }, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:3 warehouses.local.schema: missing, name the dataset',
  ],
  [
    'a dataset with its project',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p }, schema: p.d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:68 warehouses.local.schema: expected the name of a dataset (letters, digits and _; the project is connection.projectId), got "p.d"',
  ],
  [
    'a connection string for BigQuery',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: my-project, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:42 warehouses.local.connection: expected a map with the settings of the driver, such as { projectId: my-project, keyFilename: ./key.json }',
  ],
  [
    'the project by the name that others give it',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { project_id: p }, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:56 warehouses.local.connection.project_id: the driver calls it projectId',
  ],
  [
    'a dataset among the settings of the driver',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p, dataset: d }, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    "river.yaml:4:67 warehouses.local.connection.dataset: belongs beside connection, as the warehouse's own `schema`",
  ],
  [
    'the user by the name that others give it',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a, user: u, database: d }, schema: s, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:63 warehouses.local.connection.user: the driver calls it username',
  ],
  [
    'settings of a driver that are no texts',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p, keyFilename: 5, location: [EU] }, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:71 warehouses.local.connection.keyFilename: expected a text, put it into quotes',
    'river.yaml:4:74 warehouses.local.connection.location: expected a text, put it into quotes',
  ],
  [
    'a key pair without its key',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a, database: d, authenticator: snowflake_jwt }, schema: s, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:31 warehouses.local.connection.privateKeyPath: missing, name the file of the key',
  ],
  [
    'a key file that is written as a text',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p, credentials: "{}" }, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    `river.yaml:4:71 warehouses.local.connection.credentials: expected "\${NAME}" (an environment variable), "file:<path>" or "exec:<command>", got a secret written in this file`,
  ],
  [
    'a key file that is no JSON',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    `local: { client: bigquery, connection: { projectId: p, credentials: "\${KEY}" }, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }`,
    'river.yaml:4:71 warehouses.local.connection.credentials: expected the JSON text of a key file, got a secret',
  ],
  [
    'two names for one dataset',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: bigquery, connection: { projectId: p, location: EU }, schema: d, books: prod }\n  same: { client: bigquery, connection: { projectId: p }, schema: d, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:3 warehouses.local: is the same database as the warehouse same: with `books` a database has one name',
    'river.yaml:5:3 warehouses.same: is the same database as the warehouse local: with `books` a database has one name',
  ],
  [
    'two names for one schema of Snowflake',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a, database: D, role: R }, schema: s, books: prod }\n  same: { client: snowflake, connection: { account: A, database: d }, schema: S, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:3 warehouses.local: is the same database as the warehouse same: with `books` a database has one name',
    'river.yaml:5:3 warehouses.same: is the same database as the warehouse local: with `books` a database has one name',
  ],
  [
    'Snowflake without books',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a, database: d }, schema: s }',
    'river.yaml:4:3 warehouses.local.books: missing, name the warehouse that keeps manifest and staging for this one: Snowflake has neither row locks nor unique keys, without which a chunk could be loaded twice',
  ],
  [
    'Snowflake without a schema',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a, database: d }, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:3 warehouses.local.schema: missing, name the schema',
  ],
  [
    'a schema of Snowflake with its database',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a, database: d }, schema: d.s, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:80 warehouses.local.schema: expected the name of a schema (letters, digits, _ and $, in any case; the database is connection.database), got "d.s"',
  ],
  [
    'Snowflake without an account',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { database: d }, schema: s, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:31 warehouses.local.connection.account: missing, name the account',
  ],
  [
    'Snowflake without a database',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a }, schema: s, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:31 warehouses.local.connection.database: missing, name the database',
  ],
  [
    'a schema among the settings of the driver of Snowflake',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: { account: a, database: d, schema: s }, schema: s, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    "river.yaml:4:78 warehouses.local.connection.schema: belongs beside connection, as the warehouse's own `schema`",
  ],
  [
    'a connection string for Snowflake',
    'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    'local: { client: snowflake, connection: my-account, schema: s, books: prod }\n  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }',
    'river.yaml:4:43 warehouses.local.connection: expected a map with the settings of the driver, such as { account: my-account, username: RIVER, authenticator: SNOWFLAKE_JWT, privateKeyPath: ./key.p8, warehouse: LOADING, database: ANALYTICS }',
  ],
  [
    'a schema that Postgres keeps for itself',
    ...pg('{ host: localhost }, schema: pg_temp'),
    'river.yaml:4:65 warehouses.local.schema: expected the name of a schema (at most 63 bytes, no dot, not beginning with pg_), got "pg_temp"',
  ],
  [
    'a connection string that is none',
    ...pg('warehouse'),
    'river.yaml:4:36 warehouses.local.connection: expected postgres://user:password@host:port/database, got a secret',
  ],
  [
    'a password that stands in the connection string',
    ...pg('"postgres://me:pw@db.example.com/warehouse"'),
    `river.yaml:4:36 warehouses.local.connection: expected "\${NAME}" (an environment variable), "file:<path>" or "exec:<command>", got a secret written in this file`,
  ],
  [
    'a password that stands in the connection',
    ...pg('{ host: db.example.com, password: pw }'),
    `river.yaml:4:70 warehouses.local.connection.password: expected "\${NAME}" (an environment variable), "file:<path>" or "exec:<command>", got a secret written in this file`,
  ],
];

const ofYaml: Case[] = [
  [
    'a bracket that is not closed',
    '{ every: daily, size: 4 }',
    '{ every: daily, size: 4',
    'river.yaml:11:5: not YAML: the indentation does not fit the lines above',
  ],
  [
    'a key twice',
    '    connection: main\n',
    '    connection: main\n    connection: main\n',
    'river.yaml:9:5: not YAML: this key is given twice',
  ],
];

describe.each([
  ['a period', ofPeriods],
  ['a name', ofNames],
  ['a filter', ofFilters],
  ['a target', ofTargets],
  ['a schedule', ofSchedules],
  ['a connection', ofConnections],
  ['a warehouse', ofWarehouses],
  ['YAML', ofYaml],
])('%s is refused with its place, what came and what is accepted:', (_kind, cases) => {
  test.each(cases)('%s', async (_title, from, to, ...faults) => {
    expect(aFile).toContain(from);
    expect(await faultsOfText(aFile.replace(from, () => to))).toEqual(faults);
  });
});

test('the file that all of these depart from is right', async () => {
  expect(await faultsOfText(aFile)).toEqual([]);
});
