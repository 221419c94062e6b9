import { describe, expect, test } from 'vitest';
import { longNumber } from '#domain/column/read-number';
import {
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  ReportRefusedError,
  type RiverError,
  ThrottledError,
} from '#domain/errors';
import { Secret } from '#domain/secret';
import { hideSecrets } from '#optimove/error-excerpt';
import { atOnce } from '#optimove/in-turns';
import { readAnswer, readInSteps } from '#optimove/read-answer';
import type { Reply, RequestInfo } from '#optimove/reply';

const info: RequestInfo = {
  connection: 'main',
  url: 'https://api4.optimove.net/current/customers/GetX',
  kind: 'data',
  longestWindowMs: 3_600_000,
  description: 'customers/GetX (Date=2026-01-05)',
  facts: { connection: 'main', call: 'GetX?Date=2026-01-05' },
  digest: String,
  hide: hideSecrets([new Secret('s3cret')]),
};
const aList: RequestInfo = { ...info, kind: 'list', list: { per: 'run' } };
const html = { 'content-type': 'text/html; charset=utf-8' };

describe('rows', () => {
  test('200 with a list is its rows', () => {
    expect(read(200, '[{"CustomerID":"1"},{"CustomerID":"2"}]')).toMatchObject({
      status: 200,
      rows: [{ CustomerID: '1' }, { CustomerID: '2' }],
    });
  });

  test('a byte order mark and a wrong content type do not matter', () => {
    expect(read(200, '\uFEFF [{"a":1}]\n', html).rows).toStrictEqual([{ a: 1 }]);
  });

  test('numbers beyond a double keep their digits', () => {
    expect(read(200, '[{"a":9007199254740993}]').rows).toStrictEqual([{ a: longNumber('9007199254740993') }]);
  });

  test('equal bodies have equal fingerprints, others do not', () => {
    const [one, same, other] = ['[{"a":1}]', '[{"a":1}]', '[{"a":2}]'].map(
      (body) => read(200, body).fingerprint,
    );
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });
});

test('lists in lists, thousands deep, are refused once, as what they are', () => {
  const nested = (depth: number) => `[{"CustomerID":"1","a":${'['.repeat(depth)}${']'.repeat(depth)}}]`;
  expect(read(200, nested(100)).rows).toHaveLength(1);
  expect(() => read(200, nested(50_000))).toThrow(ReportRefusedError);
  expect(() => read(200, nested(50_000))).toThrow(/nested too deeply/);
});

describe('no rows', () => {
  test.each([
    [200, '[]'],
    [200, ''],
    [200, ' \r\n'],
    [200, 'null'],
    [204, ''],
    [404, 'Not Found'],
    [404, ''],
  ])('%i %j', (status, body) => {
    expect(read(status, body)).toMatchObject({ status, rows: [] });
  });

  test.each(['[]', '', 'null'])('200 %j on a list call', (body) => {
    expect(read(200, body, {}, aList).rows).toStrictEqual([]);
  });
});

describe('failures', () => {
  const location = { location: 'https://user:s3cret@elsewhere.example/in/s3cret?key=s3cret#s3cret' };
  test.each<[string, number, string, Record<string, string>, typeof RiverError | typeof ThrottledError]>([
    ['a JSON string', 200, '"No data for you"', {}, ReportRefusedError],
    ['a number', 200, '42', {}, ReportRefusedError],
    ['true', 200, 'true', {}, ReportRefusedError],
    ['an object', 200, '{"Date":"2026-01-04"}', {}, ReportRefusedError],
    ['a list of strings', 200, '[{"a":1},"b"]', {}, ReportRefusedError],
    ['a list of lists', 200, '[[1]]', {}, ReportRefusedError],
    ['a list of nulls', 200, '[null]', {}, ReportRefusedError],
    ['an HTML page', 200, '<!DOCTYPE html><html></html>', html, OptimoveUnavailableError],
    ['a page by its content type', 200, 'blocked', html, OptimoveUnavailableError],
    ['plain text', 200, 'be right back', {}, OptimoveUnavailableError],
    ['a cut list', 200, '[{"a":1},{"a"', {}, OptimoveUnavailableError],
    ['a redirect', 302, '<html>moved</html>', { ...html, ...location }, ConfigurationError],
    ['a redirect to nowhere', 307, '', {}, ConfigurationError],
    ['bare text', 400, 'missing ActionID', {}, ReportRefusedError],
    ['quoted text', 400, '"missing ActionID"', {}, ReportRefusedError],
    ['a page instead of a refusal', 400, '<html>blocked</html>', {}, OptimoveUnavailableError],
    ['bare text', 401, 'Missing Authorization-Token', {}, CredentialsRefusedError],
    ['nothing, labelled HTML', 401, '', html, CredentialsRefusedError],
    ['a page instead of a refusal', 401, '<html>blocked</html>', {}, OptimoveUnavailableError],
    ['bare text', 403, 'Unauthorized User', {}, CredentialsRefusedError],
    ['bare text, labelled HTML', 400, 'missing ActionID', html, ReportRefusedError],
    ['bare text, labelled HTML', 401, 'Unauthorized', html, CredentialsRefusedError],
    ['bare text, labelled HTML', 403, 'Access denied', html, CredentialsRefusedError],
    ['a page', 403, '<html>Access denied</html>', html, OptimoveUnavailableError],
    ['an expired token, labelled HTML', 403, 'Authorization-Token Expired', html, CredentialsRefusedError],
    ['quoted text', 405, '"Method Not Allowed"', {}, ReportRefusedError],
    ['too late', 408, '', {}, OptimoveUnavailableError],
    ['gone', 410, '', {}, ReportRefusedError],
    ['too early', 425, '', {}, OptimoveUnavailableError],
    ['too many', 429, '{"status":429,"message":"You have exceeded the limit"}', {}, ThrottledError],
    ['too many, on a page', 429, '<html>slow down</html>', html, ThrottledError],
    ['a fault', 500, '"Internal Server Error"', {}, OptimoveUnavailableError],
    ['a fault on a page', 502, '<html>Bad gateway</html>', html, OptimoveUnavailableError],
    ['a fault', 503, '', {}, OptimoveUnavailableError],
    ['an unheard-of fault', 599, '', {}, OptimoveUnavailableError],
  ])('%s in %i', (_name, status, body, headers, kind) => {
    for (const about of [info, aList]) {
      const error = failure(status, body, headers, about);
      expect(error).toBeInstanceOf(kind);
      expect(error.message).toContain('customers/GetX (Date=2026-01-05)');
      expect(error.facts).toMatchObject({ connection: 'main', call: 'GetX?Date=2026-01-05', status });
    }
  });

  test('a 404 on a list call asks whether the base URL is right', () => {
    const error = failure(404, 'Not Found', {}, aList);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toBe(
      'Optimove answered customers/GetX (Date=2026-01-05) with 404: "Not Found". Is the base URL of connection main right? The request went to https://api4.optimove.net/current/customers/GetX.',
    );
  });
});

describe('what a failure says', () => {
  test('the call, its parameters and the words of the other side', () => {
    expect(failure(400, '"missing\\r\\n ActionID"').message).toBe(
      'Optimove answered customers/GetX (Date=2026-01-05) with 400: "missing ActionID".',
    );
  });

  test('the message of a JSON object', () => {
    expect(failure(429, '{"status":429,"Message":"Slow down"}').facts.said).toBe('"Slow down"');
  });

  test('the beginning of a long body, at most 100 characters', () => {
    const said = String(failure(200, `"${'ab😀'.repeat(100)}"`).facts.said);
    expect([...said]).toHaveLength(102);
    expect(said.startsWith('"ab😀ab😀')).toBe(true);
    expect(said.endsWith('…"')).toBe(true);
  });

  test('the connection whose credentials are refused', () => {
    expect(failure(401, 'Unauthorized').message).toBe(
      'Optimove refused the credentials of connection main: it answered customers/GetX (Date=2026-01-05) with 401: "Unauthorized". Check its auth.',
    );
  });

  test('the place a redirect points to, without user, query and secrets', () => {
    const location = 'https://user:s3cret@elsewhere.example/in/s3cret?key=s3cret#s3cret';
    const error = failure(301, '', { location });
    expect(error.message).toContain('points to https://elsewhere.example/in/[secret].');
    expect(error.facts.location).toBe('https://elsewhere.example/in/[secret]');
    expect(failure(307, '', { location: '/other/path?x=1' }).facts.location).toBe(
      'https://api4.optimove.net/other/path',
    );
  });

  test('no secret that the other side repeats', () => {
    const error = failure(403, '"The key s3cret is not allowed"');
    expect(error.message).toContain('The key [secret] is not allowed');
    expect(JSON.stringify(error.facts)).not.toContain('s3cret');
  });

  test('how long a throttled connection is to wait', () => {
    expect(failure(429, '', { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7_000 });
    expect(failure(429, '')).toMatchObject({ retryAfterMs: undefined });
  });
});

function read(status: number, body: string, headers: Reply['headers'] = {}, about = info) {
  return readAnswer({ status, headers, body: Buffer.from(body) }, about, { now: 0 });
}

function failure(status: number, body: string, headers: Reply['headers'] = {}, about = info): RiverError {
  try {
    read(status, body, headers, about);
  } catch (error) {
    return error as RiverError;
  }
  throw new Error('It did not fail.');
}

describe('the rows of a large answer', () => {
  const padding = 'x'.repeat(100);
  const rowsOf = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ CustomerID: `${at}`, padding }));
  const declared: RequestInfo = {
    ...info,
    answer: {
      columns: [{ name: 'customer_id', type: 'text', from: 'answer', source: 'CustomerID' }],
      isGuessed: false,
    },
  };

  function take(body: string, of = declared) {
    let taken: unknown[] = [];
    let parts = 0;
    const reply = { status: 200, headers: {}, body: Buffer.from(body) };
    const begin = () => {
      taken = [];
      parts = 0;
      return (rows: readonly unknown[]) => {
        taken.push(...rows);
        parts += 1;
      };
    };
    const answer = atOnce(readInSteps(reply, of, { now: 0 }, begin));
    return { answer, taken, parts };
  }

  test('are handed over as they are read, with the same fingerprint', () => {
    const rows = rowsOf(5_000);
    const { answer, taken, parts } = take(JSON.stringify(rows));
    expect(answer).toMatchObject({ status: 200, rows: [], taken: 5_000 });
    expect(answer.fingerprint).toBe(read(200, JSON.stringify(rows)).fingerprint);
    expect(taken).toStrictEqual(rows);
    expect(parts).toBeGreaterThan(5);
  });

  test('are read at once where there are few of them, or where they are a list that plans calls', () => {
    expect(take(JSON.stringify(rowsOf(10)))).toMatchObject({ taken: [], answer: { rows: rowsOf(10) } });
    expect(take(JSON.stringify(rowsOf(5_000)), aList).taken).toEqual([]);
  });

  test('count for nothing where something is the matter with a later one', () => {
    const text = JSON.stringify(rowsOf(5_000)).slice(0, -1);
    expect(() => take(`${text}`)).toThrow(OptimoveUnavailableError);
    expect(() => take(`${text},7]`)).toThrow('a list whose entry 5001 is not an object');
    expect(() => take(text.replaceAll('CustomerID', 'Error').concat(']'))).toThrow(
      'without any field that its rows have',
    );
    const nested = `,{"CustomerID":"1","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`;
    expect(() => take(text + nested)).toThrow(/nested too deeply/);
  });

  test('are read at once again where their fields are guessed, and none is declared', () => {
    const guessed = { ...declared, answer: { columns: declared.answer?.columns ?? [], isGuessed: true } };
    const text = JSON.stringify(rowsOf(5_000)).replaceAll('CustomerID', 'Id');
    const { answer, taken } = take(text, guessed);
    expect(taken).toEqual([]);
    expect(answer.rows).toHaveLength(5_000);
  });
});
