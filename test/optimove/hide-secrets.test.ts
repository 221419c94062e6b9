import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, RiverError } from '#domain/errors';
import { Secret } from '#domain/secret';
import { failureOfRequest } from '#optimove/failure-of-request';
import { hideSecrets } from '#optimove/hide-secrets';
import { aClient, aConnection, aLogin, failureOf, password } from '../helpers/an-optimove.ts';
import { type Handler, type SeenRequest, withServer } from '../helpers/with-server.ts';

test('a secret is blotted out however it is escaped', () => {
  const hide = hideSecrets([new Secret('a"b/c'), new Secret('second'), new Secret('')]);
  expect(hide('a"b/c a\\"b/c a%22b%2Fc second third')).toBe('[secret] [secret] [secret] [secret] third');
});

const token = 'tok-92e0/x';

describe('nothing that is thrown shows a secret', () => {
  const faults: Record<string, Handler> = {
    'a refusal that repeats it': (request, response) => response.writeHead(403).end(secretsOf(request)),
    'a bad request that repeats it': (request, response) =>
      response.writeHead(400).end(JSON.stringify(secretsOf(request))),
    'a fault that repeats it': (request, response) => response.writeHead(500).end(secretsOf(request)),
    'a throttle that repeats it': (request, response) => response.writeHead(429).end(secretsOf(request)),
    'a string that repeats it': (request, response) => response.end(JSON.stringify(secretsOf(request))),
    'an object that repeats it': (request, response) =>
      response.end(JSON.stringify({ said: secretsOf(request) })),
    'a page that repeats it': (request, response) => response.end(`<html>${secretsOf(request)}`),
    'a redirect that repeats it': (request, response) =>
      response.writeHead(302, { location: `/${encodeURIComponent(secretsOf(request))}` }).end(),
    'a reset': (_request, response) => response.socket?.resetAndDestroy(),
    'a cut body': (_request, response) =>
      response.writeHead(200, { 'content-length': '100' }).write('[', () => response.destroy()),
    silence: () => {},
  };

  const { auth: aKey } = aConnection('');
  const cases = Object.keys(faults).flatMap((name) =>
    [aKey, aLogin].map((auth) => [name, auth.kind, auth] as const),
  );

  test.each(cases)('%s, under %s', (name, _kind, auth) =>
    withServer(
      (request, response, seen) => {
        if (request.url.endsWith('/general/login')) response.end(`"${token}"`);
        else faults[name]?.(request, response, seen);
      },
      async (url, seen) => {
        const error = await failureOf(aClient(aConnection(url, { auth, callTimeoutMs: 300 })).ask());
        expect(error).toBeInstanceOf(RiverError);
        expect(seen.at(-1)?.url).toContain('GetCustomersByAction');
        expectNoSecret(error);
      },
    ),
  );

  test.each(['a line break in a key\n', 'ключ'])('%j cannot be sent, and is not shown', async (key) => {
    const auth = { kind: 'apiKey' as const, apiKey: new Secret(key) };
    const error = await failureOf(aClient(aConnection('http://127.0.0.1:9', { auth })).ask());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key.trim());
  });

  test('a failure below HTTP that tells what was sent', () => {
    const about = { connection: 'main', description: 'x', facts: {}, hide: hideSecrets([new Secret(token)]) };
    const asked = { ...about, url: 'http://127.0.0.1/x', kind: 'data' as const, longestWindowMs: 1 };
    const sent = Object.assign(new Error(`cannot send ${token}`), { options: { headers: { token } } });
    const error = failureOfRequest(sent, asked, {
      status: null,
      bytes: 0,
      timeoutMs: 1,
      history: undefined,
    });
    expect(error.message).toContain('cannot send [secret]');
    expectNoSecret(error);
  });

  test('a sign-in that fails', () =>
    withServer(
      (request, response) => response.writeHead(401).end(`no ${secretsOf(request)}`),
      async (url) => expectNoSecret(await failureOf(aClient(aConnection(url, { auth: aLogin })).ask())),
    ));

  test('a sign-in that answers its token in an unknown shape', () =>
    withServer(
      (_request, response) => response.end(JSON.stringify({ token })),
      async (url) => {
        const error = await failureOf(aClient(aConnection(url, { auth: aLogin })).ask());
        expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('tok-92e0');
      },
    ));
});

/** What the other side knows of the secrets, from what was sent. */
function secretsOf({ headers, body }: SeenRequest): string {
  const key = headers['x-api-key'];
  return key === undefined ? `${headers['authorization-token']} ${password} ${body}` : String(key);
}

/** Also of a part that no escaping changes. */
function expectNoSecret(error: unknown): void {
  const shown = `${inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)}`;
  for (const part of ['key-4f1e', '9c/2', 'pass-7a60', 'b1/3', 'tok-92e0']) expect(shown).not.toContain(part);
}
