import { readFileSync } from 'node:fs';

/** Of the package: the same file two levels above the sources and above what is compiled from them. */
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export { version };
