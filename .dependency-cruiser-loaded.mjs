import { options } from './.dependency-cruiser.mjs';

/**
 * What is loaded when it runs, over however many files: type-only imports are not.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'arrow-workflows-no-zod',
      comment:
        'Each cached workflow would evaluate zod anew (about 0.6 MB). Import only the types of a schema, or move what you need into a file that has none.',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { reachable: true, path: '(^|/)node_modules/zod/' },
    },
  ],
  options: { ...options, tsPreCompilationDeps: false },
};
