import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Rooms whose tests talk to a real Temporal server, a real Postgres or a browser. */
const servicesRooms = [
  'test/{warehouse,workers,control,whole}/**/*.test.ts',
  'test/workflows/with-server/**/*.test.ts',
];

/** What needs more than npm and pip bring, or takes long to install: `npm run test:databases`. */
const databasesRoom = 'test/databases/**/*.test.ts';

/** What holds wherever the books of a warehouse lie, in one database with its tables or in another: the same tests for each way. */
const everyWayToKeepData = [
  'test/warehouse/{commit,tables,manifest}/**/*.test.ts',
  'test/warehouse/round-trip.test.ts',
  'test/whole/{load-modes,retry,tracking,kills,emptied,values,verify}.test.ts',
  'test/whole/commands/{adopt,forget}.test.ts',
];
/** Of these, what could go wrong in one way alone: run with each change, the others before a release (`--mode all`). */
const whatDiffers = {
  books: [
    'test/warehouse/commit/{load-modes,store-in-transaction}.test.ts',
    'test/whole/{kills,verify}.test.ts',
  ],
  cloud: ['test/warehouse/commit/{change-target,load-modes}.test.ts'],
};
/** Warehouses in the cloud, each with an emulator; `test/databases/<target>*` is what only that one is asked, `cloud*` what each of them is. */
const inTheCloud = { bigquery: 'BigQuery', snowflake: 'Snowflake' };
const booksIn = { pg: 'books in Postgres', sqlite: 'books in SQLite' };

/** Short files that wait for long: what is killed, or hangs, is found out after some time. */
const waitsLong = /\/whole\/(?:kill-storm|killed-here|missing|endings|hanging|pause|away|budget)\.test\.ts$/;

/** Begins them first: at the end of a run they would run alone. Where nothing ran before, vitest goes by the size of a file. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const others = sorted.filter(({ moduleId }) => !waitsLong.test(moduleId));
    const first = others.findIndex(({ project }) => project.name === 'services');
    return others.toSpliced(Math.max(first, 0), 0, ...sorted.filter((file) => !others.includes(file)));
  }
}

/**
 * Temporal's server takes more processor time than any other process of a run. It collects its garbage less often (up to this much
 * memory), and begins each of its goroutines, one a request, with a stack as large as most of them need, instead of copying it.
 */
const temporalServer = { GOGC: '400', GOMEMLIMIT: '1GiB', GODEBUG: 'adaptivestackstart=1' };

export default defineConfig(({ mode }) => ({
  test: {
    // What a machine that others keep busy as well needs; nothing waits for it to pass.
    testTimeout: 400_000,
    // Most of what they do is wait for a service: on two cores three files at a time left half of a core idle.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...servicesRooms, databasesRoom],
        },
      },
      {
        extends: true,
        // The setup runs only where a file of this project does: the quick ones never wait for a service.
        test: {
          name: 'services',
          include: servicesRooms,
          globalSetup: ['test/helpers/global-setup.ts'],
          setupFiles: ['test/helpers/setup-services.ts'],
          env: temporalServer,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'databases',
          include: [databasesRoom],
          exclude: ['cloud', ...Object.keys(inTheCloud)].map((target) => `test/databases/${target}*.test.ts`),
          globalSetup: ['test/helpers/global-setup.ts'],
          setupFiles: ['test/helpers/setup-services.ts'],
        },
      },
      ...Object.entries(inTheCloud).map(([target, name], at) => ({
        extends: true as const,
        test: {
          name,
          include: [
            `test/databases/{cloud,${target}}*.test.ts`,
            ...(mode === 'all'
              ? everyWayToKeepData.filter((room) => room.startsWith('test/warehouse/'))
              : whatDiffers.cloud),
          ],
          // The emulators fail where several change their catalogue at once.
          fileParallelism: false,
          sequence: { groupOrder: at + 1 },
          env: { RIVER_TEST_TARGET: target, RIVER_TEST_BOOKS: 'sqlite' },
          globalSetup: ['test/helpers/global-setup.ts', 'test/helpers/cloud-setup.ts'],
          setupFiles: ['test/helpers/setup-services.ts', 'test/helpers/setup-cloud.ts'],
          isolate: false,
        },
      })),
      ...Object.entries(booksIn).map(([kind, name]) => ({
        extends: true as const,
        test: {
          name,
          include: mode === 'all' ? everyWayToKeepData : whatDiffers.books,
          env: { RIVER_TEST_BOOKS: kind },
          globalSetup: ['test/helpers/global-setup.ts'],
          setupFiles: ['test/helpers/setup-services.ts'],
          isolate: false,
        },
      })),
    ],
  },
}));
