import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, RiverError } from '#domain/errors';
import { Secret } from '#domain/secret';
import { excerptReply, excerptValue, hideSecrets } from '#optimove/error-excerpt';
import { failureOfRequest } from '#optimove/failure-of-request';
import { parseJson } from '#optimove/parse-json';
import type { RequestInfo } from '#optimove/reply';
import { aClient, aConnection, aLogin, failureOf, password } from '../helpers/an-optimove.ts';
import { type Handler, type SeenRequest, withServer } from '../helpers/with-server.ts';

const info = { hide: (text: string) => text } as RequestInfo;
const said = (body: string, status = 400) =>
  excerptReply({ status, headers: {}, body: Buffer.from(body) }, info);

test.each([
  ['missing  ActionID\r\n', '"missing ActionID"'],
  ["there is no 'Anna B' in 2026-01-02 (ID 12, C77)", '"there is no *** in *** (ID ***, ***)"'],
  ['mail anna.b+x@example.co.uk, or <bob@example.com>', '"mail ***, or <***>"'],
  ["the customer's name isn't “Anna”", '"the customer\'s name isn\'t ***"'],
  ['an open "quotation of Anna', '"an open ***"'],
  ['"{\\"Name\\":\\"Anna\\"}"', 'an object of Name, 15 characters'],
  ['{"message":"no such \\"Anna\\""}', '"no such ***"'],
  ['{"Message":"[{\\"Name\\":\\"Anna\\"}]"}', 'a list of 1, the first of Name, 17 characters'],
  ['{"errors":[{"message":"No such group"}]}', '"No such group"'],
  ['{"title":"Not Found","status":404}', '"Not Found"'],
  ['{"anna@example.com":{"Points":7}}', 'an object of ***, 33 characters'],
  ['  [ {"Name":"Anna"}, {"Name":"Bob"}', 'a list that breaks off, 33 characters'],
  ['<html><body>Anna</body></html>', ''],
  ['<html><head><title>\n Access denied </title>', '"Access denied"'],
  ['', ''],
])('of %j it tells %j', (body, told) => {
  expect(said(body)).toBe(told);
});

test.each([
  ['"20/11/2026"', '"20/11/2026"'],
  ['"November 20, 2026"', '"November 20, 2026"'],
  ['"Fri, 20 Nov 2026 03:04:05 GMT"', '"Fri, 20 Nov 2026 03:04:05 GMT"'],
  ['"2026-11-31T10:00:00Z"', '"2026-11-31T10:00:00Z"'],
  ['20261120', '"20261120"'],
  ['12345678901234567890', '"12345678901234567890"'],
  ['"never"', '"never"'],
  ['"customer 17 of Anna"', '"customer *** of Anna"'],
  ['"anna@example.com"', '"***"'],
  ['null', '"null"'],
])('in place of a day %s is told as %s', (json, told) => {
  expect(excerptValue(parseJson(json), info)).toBe(told);
});

test('the message of a row is no message of an error', () => {
  expect(said('{"Message":"Hello Anna","CustomerID":"7"}', 200)).toBe(
    'an object of Message CustomerID, 41 characters',
  );
});

test('no value of a row, no address and no number is told, whatever the body, and at most 100 characters are', () => {
  const name = fc.stringMatching(/^Q[a-z]{5,9}Q$/);
  const row = fc.record({ CustomerID: fc.integer().map(String), Name: name, Points: fc.integer() });
  const body = fc.oneof(
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify(rows)),
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify(JSON.stringify(rows))),
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify({ rows, data: { rows } })),
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify(rows).slice(0, -4)),
    name.map((each) => `there is no '${each}'`),
    name.map((each) => `${each}@example.com is unknown`),
    name.map((each) => JSON.stringify({ message: `no "${each}"` })),
  );
  fc.assert(
    fc.property(body, fc.constantFrom(200, 400, 500), (text, status) => {
      const told = said(text, status);
      expect(told).not.toMatch(/Q[a-z]+Q/);
      expect([...told].length).toBeLessThanOrEqual(150);
    }),
  );
});

test('of a long key the beginning is told', () => {
  expect(said(JSON.stringify([{ ['a'.repeat(500_000)]: 1 }]), 400)).toMatch(
    /^a list of 1, the first of a{96,100}…, 500008 characters$/,
  );
});

test('of a long text the first 100 characters are told', () => {
  const told = said('aé'.repeat(2_000_000));
  expect([...told]).toHaveLength(102);
});

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
    const about = {
      connection: 'main',
      description: 'x',
      facts: {},
      digest: String,
      hide: hideSecrets([new Secret(token)]),
    };
    const info = { ...about, url: 'http://127.0.0.1/x', kind: 'data' as const, longestWindowMs: 1 };
    const sent = Object.assign(new Error(`cannot send ${token}`), { options: { headers: { token } } });
    const error = failureOfRequest(sent, info, {
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

test.each([
  'no customer Anna',
  '"no customer Anna"',
  '<title>Anna</title>',
  '[{"Anna":"Anna"}]',
  '{"Message":"no Anna","Anna":1}',
])('nothing is quoted of %s where the river leaves out or hashes columns', (body) => {
  const said = excerptReply(
    { status: 400, headers: {}, body: Buffer.from(body) },
    { ...info, isPrivate: true },
  );
  expect(said).toBe(`${body.length} characters, not quoted because the river leaves out or hashes columns`);
});
