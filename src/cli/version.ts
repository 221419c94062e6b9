import { readFileSync } from 'node:fs';

/** Of the package: the same file two levels above the sources and above what is compiled from them. */
const { version, engines } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
  engines: { node: string };
};

export { version };

/** What is to be said where this Node is too old; undefined where it is not. */
export function refusalOfNode(node: string): string | undefined {
  const oldest = engines.node.replace('>=', '');
  const [is, needs] = [node, oldest].map((each) => each.split('.').map(Number));
  const [major = 0, minor = 0] = is ?? [];
  const [leastMajor = 0, leastMinor = 0] = needs ?? [];
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `River needs Node ${oldest} or later, and this is Node ${node}. Install a newer one: https://nodejs.org`;
}
