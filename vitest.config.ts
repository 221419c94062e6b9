import { defineConfig } from 'vitest/config';

/** Rooms whose tests talk to a real Temporal server, a real Postgres or a browser. */
const servicesRooms = [
  'test/{warehouse,workers,control,whole}/**/*.test.ts',
  'test/workflows/with-server/**/*.test.ts',
];

/** What needs more than npm and pip bring, or takes long to install: `npm run test:databases`. */
const databasesRoom = 'test/databases/**/*.test.ts';

export default defineConfig({
  test: {
    // What a machine that others keep busy as well needs; nothing waits for it to pass.
    testTimeout: 150_000,
    // Most of what they do is wait for a service.
    maxWorkers: 3,
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
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'databases',
          include: [databasesRoom],
          globalSetup: ['test/helpers/global-setup.ts'],
          setupFiles: ['test/helpers/setup-services.ts'],
        },
      },
    ],
  },
});
