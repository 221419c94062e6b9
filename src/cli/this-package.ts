import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** package.json lies two levels above the sources and above the compiled files alike. */
const { version, engines } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
  engines: { node: string };
};

export { version };

/** The message if this Node is too old; undefined if it is not. */
export function refuseOldNode(node: string): string | undefined {
  const oldest = engines.node.replace('>=', '');
  const [running, needed] = [node, oldest].map((each) => each.split('.').map(Number));
  const [major = 0, minor = 0] = running ?? [];
  const [leastMajor = 0, leastMinor = 0] = needed ?? [];
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `River needs Node ${oldest} or later, and this is Node ${node}. Install a newer one: https://nodejs.org`;
}

/** How to call `river` here: through npm in a checkout, through npx where only npx knows the package, else by its name. */
export const riverCommand = callRiver(import.meta.url);

export function callRiver(file: string): string {
  if (file.endsWith('.ts')) return 'npm run -s river --';
  return file.includes('/_npx/') ? 'npx river-optimove' : 'river';
}

/** The schema of river.yaml as a file in this folder names it for editors: by a relative path where it is near. */
export function nameSchema(folder: string): string {
  const schema = fileURLToPath(new URL('../../river.schema.json', import.meta.url));
  const path = relative(folder, schema);
  const isNear = !isAbsolute(path) && !path.startsWith('../../../');
  // The line names it up to the next blank.
  return isNear && !/\s/.test(path) ? path : pathToFileURL(schema).href;
}
