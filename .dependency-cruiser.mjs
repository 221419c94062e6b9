/**
 * The one-way arrows between the rooms of src (CONTRIBUTING.md draws them), one rule each; the comment says why.
 * A room lists what it may import besides itself and Node's own modules; everything else is a stray.
 * Type-only imports are imports, unless a rule says otherwise.
 */

/** @param {string[]} names */
const rooms = (...names) => names.map((name) => `^src/${name}(/|\\.ts$)`);

/** @param {string[]} names */
const packages = (...names) => names.map((name) => `(^|/)node_modules/(@types/)?${name}/`);

/**
 * @param {string} room
 * @param {string[]} allowed
 * @param {string} comment
 */
const importsOnly = (room, allowed, comment) => ({
  name: `arrow-${room}`,
  comment,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { pathNot: [...rooms(room), ...allowed], dependencyTypesNot: ['core'] },
});

/**
 * @param {string} room
 * @param {string} comment
 */
const noNodeModules = (room, comment) => ({
  name: `arrow-${room}-no-node`,
  comment,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { dependencyTypes: ['core'] },
});

/**
 * @param {string} room
 * @param {string} other
 * @param {string} comment
 */
const typesOnly = (room, other, comment) => ({
  name: `arrow-${room}-types-of-${other}`,
  comment,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/${other}/`, dependencyTypesNot: ['type-only'] },
});

/** @type {import('dependency-cruiser').ICruiseOptions} */
export const options = {
  doNotFollow: { path: 'node_modules' },
  tsPreCompilationDeps: true,
  tsConfig: { fileName: 'tsconfig.json' },
  enhancedResolveOptions: {
    conditionNames: ['node', 'import', 'types', 'default'],
    exportsFields: ['exports'],
  },
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    importsOnly(
      'domain',
      packages('zod', 'dayjs', 'croner'),
      'The rules are read, tested and replayed alone. Put this where that outside thing is spoken to, and hand the rule what it needs as an argument.',
    ),
    noNodeModules(
      'domain',
      'The rules run inside a workflow, where Node has no modules, no clock and no files.',
    ),

    importsOnly(
      'budget',
      rooms('domain'),
      'The limiter is read, tested and simulated alone: it knows neither HTTP nor Temporal. Hand it what asks the budget.',
    ),
    importsOnly(
      'optimove',
      [...rooms('domain', 'budget'), ...packages('got', 'hpagent')],
      'HTTP can change without touching a workflow, and the client knows nothing of where rows go.',
    ),
    importsOnly(
      'warehouse',
      [
        ...rooms('domain'),
        ...packages('knex', 'pg', 'better-sqlite3', '@google-cloud/bigquery', 'snowflake-sdk'),
      ],
      'The warehouse does not know where rows come from.',
    ),
    importsOnly(
      'config',
      [...rooms('domain'), ...packages('zod', 'yaml')],
      'The rest receives values, never names of variables or places in a file.',
    ),

    importsOnly(
      'activities',
      [...rooms('domain'), ...packages('@temporalio/activity', '@temporalio/common')],
      'Activities say in ports.ts what they need; the adapters fit those shapes without being imported.',
    ),
    importsOnly(
      'workflows',
      [...rooms('domain', 'activities'), ...packages('@temporalio/workflow', '@temporalio/common')],
      'A workflow is replayed and reaches the world only through activities.',
    ),
    noNodeModules(
      'workflows',
      'A workflow runs where Node has no modules: what they do belongs in an activity.',
    ),
    typesOnly(
      'workflows',
      'activities',
      'Write `import type`: the code of an activity must not enter the workflow bundle.',
    ),

    importsOnly(
      'control',
      [
        ...rooms('domain', 'budget', 'optimove', 'warehouse', 'workflows'),
        ...packages('@temporalio/client', '@temporalio/common', '@temporalio/envconfig'),
      ],
      'Starting, planning and checking a run never drags the worker in.',
    ),
    typesOnly(
      'control',
      'workflows',
      'Write `import type`, and start workflows by name: their code runs only in a worker.',
    ),

    importsOnly(
      'dashboard',
      [...rooms('control', 'domain'), ...packages('hono', '@hono/node-server')],
      'Pages show what control reads: HTTP and HTML stay here, and warehouses and Temporal out of here.',
    ),
    importsOnly(
      'cli',
      [
        ...rooms('control', 'config', 'domain', 'dashboard', 'workers', 'simulator'),
        ...packages('@clack/prompts', 'commander', 'log-update', 'picocolors', 'string-width'),
      ],
      'Printing and exit codes stay here, everything else stays out of here.',
    ),
    {
      name: 'arrow-workers',
      comment: 'The pieces meet in workers; only the commands that start one may import it.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/workers/', '^src/cli/(own-worker|commands/(worker|dev|demo))(/|\\.ts$)'],
      },
      to: { path: '^src/workers/' },
    },
    {
      name: 'arrow-simulator-is-started',
      comment:
        'The simulator is the other side: only what starts it may import it, or a mistake could be in both.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/simulator/', '^src/workers/', '^src/cli/commands/(simulator|dev|demo)(/|\\.ts$)'],
      },
      to: { path: '^src/simulator/' },
    },
    importsOnly(
      'simulator',
      [...rooms('domain/catalogue', 'domain/column'), ...packages('zod')],
      'It shares the declarations and nothing of the client, so that one mistake cannot hide another.',
    ),

    {
      name: 'no-cycles',
      comment:
        'Of two files that import each other neither can be read, tested or moved alone. Find the idea both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-development-dependencies',
      comment: 'What src imports is installed with the published package: move it to `dependencies`.',
      severity: 'error',
      from: { path: '^src/' },
      // Drivers that are loaded where a warehouse names them are optional peers, installed here for tests.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'no-borrowed-dependencies',
      comment: 'It is there only because another package brought it: name it in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-missing-modules',
      comment: 'Nothing is found under that name.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'src-stands-without-tests',
      comment: 'What is published cannot import what is not.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'tests-share-through-helpers',
      comment: 'Tests of one room do not import those of another: put what both need into test/helpers.',
      severity: 'error',
      from: { path: '^test/([^/]+)/', pathNot: '^test/helpers/' },
      to: { path: '^test/', pathNot: ['^test/$1/', '^test/helpers/'] },
    },
  ],
  options,
};
