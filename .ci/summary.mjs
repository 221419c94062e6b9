// `<results> <step>=<0 or 1>[=<results>]…` prints what has failed, and "N passed, N failed" at its end, where a log that is cut keeps it.
// A step counts as one, whatever failed in it.
import { readFileSync } from 'node:fs';

/** The names of the files whose tests vitest tells of, each with its tests. */
function readResults(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch {
    return [];
  }
}

const hasFailed = ({ status }) => status === 'failed';

/** The tests of these files. A file that could not be loaded has none, and counts as one that has failed. */
const listTests = (files) =>
  files.flatMap((file) =>
    hasFailed(file) && file.assertionResults.length === 0
      ? [{ name: file.name, status: file.status, why: file.message }]
      : file.assertionResults.map(({ fullName, status, failureMessages }) => ({
          name: `${file.name} > ${fullName}`,
          status,
          why: failureMessages.join('\n'),
        })),
  );

function showFailed(tests) {
  for (const { name, why } of tests.filter(hasFailed))
    console.log(`\nFAILED ${name}\n${why.split('\n').slice(0, 12).join('\n')}`);
}

const [results, ...steps] = process.argv.slice(2);
const tests = listTests(readResults(results));
const failures = tests.filter(hasFailed).length;
showFailed(tests);
const broken = steps
  .map((text) => text.split('='))
  // Where no test tells why it has failed, vitest itself did.
  .filter(([step, state]) => state === '1' && (step !== 'npm test' || failures === 0));
for (const [step, , of] of broken) {
  console.log(`\nFAILED ${step}`);
  showFailed(listTests(readResults(of)));
}
const count = failures + broken.length;
console.log(`\n${tests.filter(({ status }) => status === 'passed').length} passed, ${count} failed`);
process.exitCode = count === 0 ? 0 : 1;
