import { readFileSync } from 'node:fs';

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

/** How to call `river` here: through npm in a checkout, by its name in an installed package. */
export const riverCommand = import.meta.url.endsWith('.ts') ? 'npm run -s river --' : 'river';
