import { afterEach } from 'vitest';
// A file of its own: this one is run again for each test file, and the runtime is installed once a process.
import { workerLog } from './worker-log.ts';

// Tests make chunks fail on purpose: warnings are shown where a test fails, with those of tests that ran beside it.
afterEach(({ task }) => {
  const said = workerLog.splice(0).join('');
  if (task.result?.state === 'fail') process.stderr.write(said);
});
