import { checkWindows } from '#domain/budget/window';
import { durationMs } from '#domain/duration';
import type { Path, Problem, Show } from '#domain/river/problem';
import type { SoundFile } from './file-schema.ts';
import { isNear, isThisMachine } from './hosts.ts';

type Connections = NonNullable<SoundFile['connections']>;
type ConnectionPart = Connections[string];

/** Whether a value comes from outside the file: a variable, another file or a command. */
export type Refers = (path: Path) => boolean;

/** What is wrong with connections beyond their shape. */
export function checkConnections(connections: Connections, refers: Refers, show: Show): Problem[] {
  return [
    ...Object.entries(connections).flatMap(([name, connection]) => checkOne(name, connection, refers, show)),
    ...checkTwins(connections),
  ];
}

function checkOne(name: string, connection: ConnectionPart, refers: Refers, show: Show): Problem[] {
  const { baseUrl, auth } = connection;
  const path = ['connections', name];
  return [
    ...(baseUrl === undefined ? [] : checkBaseUrl([...path, 'baseUrl'], baseUrl, show)),
    ...(auth === undefined ? [] : checkAuth(name, auth, isLocal(baseUrl), refers)),
    ...checkBudget([...path, 'budget'], connection.budget ?? [], refers),
  ];
}

function checkBudget(path: Path, budget: NonNullable<ConnectionPart['budget']>, refers: Refers): Problem[] {
  if (budget.length === 0) return [];
  const sentences = checkWindows(budget.map(({ calls, per }) => ({ calls, perMs: durationMs(per) })));
  // The sentences quote the windows, and values from outside the file are never shown.
  const hidden = budget.some((_, at) => refers([...path, at, 'per']));
  return sentences.map((message) => ({
    path,
    message: hidden ? 'the windows do not go together: a longer one has to allow more calls' : message,
  }));
}

function isLocal(baseUrl: string | undefined): boolean {
  return baseUrl !== undefined && URL.canParse(baseUrl) && isThisMachine(new URL(baseUrl).hostname);
}

function checkAuth(
  name: string,
  auth: NonNullable<ConnectionPart['auth']>,
  local: boolean,
  refers: Refers,
): Problem[] {
  const path = ['connections', name, 'auth'];
  const { apiKey, username, password } = auth;
  const problems: Problem[] = [];
  if (apiKey !== undefined && (username !== undefined || password !== undefined)) {
    problems.push({ path, message: 'expected either apiKey or username and password, got both' });
  } else if (apiKey === undefined && username === undefined && password === undefined) {
    problems.push({ path, message: 'expected apiKey, or username and password', missing: true });
  } else if (apiKey === undefined && password === undefined) {
    problems.push({ path: [...path, 'password'], message: 'missing, username needs it', missing: true });
  } else if (apiKey === undefined && username === undefined) {
    problems.push({ path: [...path, 'username'], message: 'missing, password needs it', missing: true });
  }
  // Node would refuse the header with a message that quotes it.
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    problems.push({
      path: [...path, 'apiKey'],
      message:
        'expected a key that fits into an HTTP header (no spaces, no line breaks, no accents), got a secret',
    });
  }
  for (const key of ['apiKey', 'password'] as const) {
    if (auth[key] !== undefined && !local && !refers([...path, key])) {
      problems.push({ path: [...path, key], message: secretInTheFile });
    }
  }
  return problems;
}

/** The complaint about a secret that is written into the file itself, where every reader of the file sees it. */
export const secretInTheFile = `expected "\${NAME}" (an environment variable), "file:<path>" or "exec:<command>", got a secret written in this file`;

/** Two names for one tenant would each use the whole budget. */
function checkTwins(connections: Connections): Problem[] {
  const seen = new Map<string, string>();
  return Object.entries(connections).flatMap(([name, { baseUrl, auth }]) => {
    const url = baseUrl === undefined ? undefined : normalizeBaseUrl(baseUrl);
    if (url === undefined || auth === undefined) return [];
    const { apiKey, username, password } = auth;
    const identity = JSON.stringify([url, apiKey, username, password]);
    const twin = seen.get(identity);
    if (twin === undefined) {
      seen.set(identity, name);
      return [];
    }
    return [
      {
        path: ['connections', name],
        message: `the connections ${twin} and ${name} have the same base URL and credentials: they are one connection with one budget. Keep one of them`,
      },
    ];
  });
}

/** A base URL in its normal form: host in lower case, no slash at the end. Undefined if it is not a URL. */
export function normalizeBaseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** What is wrong with a base URL. */
function checkBaseUrl(path: Path, text: string, show: Show): Problem[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return [{ path, message: `expected a URL such as https://api4.optimove.net/current, got ${shown(url)}` }];
  }
  const extras = [
    ...(url.username !== '' || url.password !== ''
      ? ['a user name or password (they belong under auth)']
      : []),
    ...(url.search !== '' || text.includes('?') ? ['a query'] : []),
    ...(text.includes('#') ? ['a fragment'] : []),
  ];
  // These parts may hold a secret, so the URL is not shown.
  if (extras.length > 0) return [{ path, message: `expected a URL without ${extras.join(', without ')}` }];
  if (url.protocol === 'http:' && !isNear(url.hostname)) {
    return [
      { path, message: `expected https, because http would send the key unencrypted, got ${shown(url)}` },
    ];
  }
  return [];

  function shown(parsed: URL | undefined): string {
    const hidden =
      parsed === undefined ? text.includes('@') : parsed.username !== '' || parsed.password !== '';
    return hidden ? 'a secret' : show(path, text);
  }
}
