import type { TestProject } from 'vitest/node';
import services from '../../helpers/global-setup.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether histories that are there already are replaced. */
    replaceHistories: boolean;
  }
}

/** The services of the tests, and what `npm run history:save` was asked for. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('replaceHistories', process.env.RIVER_HISTORIES === 'replace');
  return services(project);
}
