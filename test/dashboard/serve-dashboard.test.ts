import { describe, expect, test } from 'vitest';
import type { Facts } from '#dashboard/facts';
import { createPages, mayAsk } from '#dashboard/serve-dashboard';
import type { BudgetView } from '#domain/budget/budget-view';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { RiverSetting } from '#domain/river/river';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RunResult } from '#domain/run/run-result';

/** What a page must never take for HTML. */
const hostile = `"><img src=x onerror=alert(1)>'&<script>alert(2)</script>`;

const river = (name: string, table = 'sample') => ({
  name,
  ...RiverSetting.parse({
    report: 'customers-by-action',
    connection: 'main',
    period: { start: '2026-01-01' },
    target: { warehouse: 'test', table },
  }),
});

function aFacts(name: string, changes: Partial<Facts> = {}): Facts {
  const own = {
    ...river(name),
    connection: name,
    target: { ...river(name).target, table: name, warehouse: name },
  };
  const result: RunResult = {
    ...buildUnopenedResult({
      river: name,
      workflowId: name,
      runId: 'run-1',
      status: 'failed',
      startedAt: '2026-01-10T06:00:00.000Z',
      finishedAt: '2026-01-10T07:05:00.000Z',
    }),
    period: { start: '2026-01-01', end: '2026-01-02' },
    chunks: { total: 2, loaded: 1, failed: 1, skipped: 0 },
    rows: 1234,
    calls: 20,
    failedChunks: [{ start: '2026-01-02', end: '2026-01-02', error: `SchemaConflictError: column ${name}` }],
    warnings: [{ start: '2026-01-01', end: '2026-01-01', message: name }],
  };
  const listed = { warehouse: name, report: own.report, connection: name, table: name, result };
  const connection = {
    name,
    baseUrl: 'https://x',
    auth: { kind: 'apiKey', apiKey: undefined as never },
    budget: [],
    maxConcurrentCalls: 1,
    pageSize: 1,
    callTimeoutMs: 1,
  } as const;
  const budget: BudgetView = {
    windows: [{ calls: 10, perSeconds: 60, used: 4, free: 6, points: [{ inMs: 0, free: 6 }] }],
    waiting: [{ run: name, calls: 3, until: null }],
    throttledUntil: null,
    outageSince: null,
  };
  const days = [
    {
      day: '2026-01-01',
      state: 'loaded',
      rows: 5,
      loadedAt: null,
      runId: 'r',
      workflowId: null,
      error: null,
    },
    {
      day: '2026-01-02',
      state: 'failed',
      rows: null,
      loadedAt: null,
      runId: null,
      workflowId: name,
      error: name,
    },
  ] as const;
  return {
    configuration: {
      file: 'river.yaml',
      connections: new Map([[name, connection]]),
      warehouses: new Map(),
      rivers: new Map([[name, own]]),
      salts: new Map(),
      notifications: new Map(),
      findProxy: () => undefined,
    } as unknown as Configuration,
    now: new Date('2026-01-11T00:00:00Z'),
    troubles: [`The warehouse ${name} is away.`],
    namespace: name,
    coverage: async () => new Map([[name, days]]),
    newestRuns: async () => new Map([[name, listed]]),
    runs: async () => [listed],
    run: async () => ({ ...listed, retries: [{ workflowId: name, status: 'failed' }] }),
    chunks: async () => [
      {
        start: '2026-01-02',
        end: '2026-01-02',
        state: 'failed',
        rows: 0,
        calls: 1,
        attempts: 1,
        error: name,
      },
    ],
    callsByDay: async () => [{ day: '2026-01-10', calls: 20, rows: 1234, throttled: 0, failed: 0 }],
    openRuns: async () => [],
    refusedRuns: async () => [
      { result: { ...result, workflowId: `${name}-refused`, chunks: null }, error: name },
    ],
    live: async () => undefined,
    budget: async () => ({ value: budget, trouble: name }),
    ...changes,
  };
}

function pagesOf(facts: Facts, said: string[] = []) {
  const options = { webUi: 'http://127.0.0.1:8233', say: (line: string) => said.push(line) };
  const app = createPages(options, async () => facts);
  return (path: string, init: RequestInit = {}) =>
    app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1:8080' }, ...init });
}

const paths = (name: string) => [
  '/',
  `/?q=${encodeURIComponent(name)}&from=0`,
  `/rivers/${encodeURIComponent(name)}?days=2026`,
  `/rivers/${encodeURIComponent(name)}?days=2026-01`,
  '/runs',
  `/runs?river=${encodeURIComponent(name)}&state=failed`,
  `/runs/${encodeURIComponent(name)}?chunks=unloaded&from=1`,
  `/rivers/${encodeURIComponent(`${name}x`)}`,
  `/${encodeURIComponent(name)}`,
];

describe('a page', () => {
  test.each(paths(hostile))('%s has no name, table, warehouse, connection or error as HTML', async (path) => {
    const answer = await pagesOf(aFacts(hostile))(path);
    expect(answer.status).toBe(
      path.includes(`${encodeURIComponent(hostile)}x`) || path.startsWith('/%') ? 404 : 200,
    );
    const body = await answer.text();
    expect(body).toMatch(/^<!doctype html>/);
    expect(body).not.toContain('<img');
    expect(body).not.toContain('<script');
    // No quotation mark of it ends an attribute.
    expect(body).not.toMatch(/="[^"]*">\s*<img/);
    expect(body.replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, '')).not.toContain('&');
  });

  test('has neither a script nor a style of its own, and may load nothing from elsewhere', async () => {
    const ask = pagesOf(aFacts('sample'));
    for (const path of [...paths('sample'), '/style.css', '/icon.svg']) {
      const answer = await ask(path);
      expect(answer.headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const body = await answer.text();
      if (path.endsWith('.css') || path.endsWith('.svg')) continue;
      expect(body).not.toMatch(/<script|<style| style=| on\w+=/);
    }
  });

  test('shows what is known, in words, and how it is repaired', async () => {
    const ask = pagesOf(aFacts('sample'));
    const overview = await (await ask('/')).text();
    for (const told of [
      'The warehouse sample is away.',
      'Needs a look',
      '<code>river retry sample</code>',
      '1 loaded, 1 failed',
      '<b>6</b> of 10 calls are free in the window of 1m',
      '3 calls wait for room:',
      '20 in all',
    ])
      expect(overview).toContain(told);
    const run = await (await ask('/runs/sample')).text();
    for (const told of [
      'Failed: 1 of 2 chunks loaded, 1 failed.',
      '<code>river retry sample</code>',
      'http://127.0.0.1:8233/namespaces/sample/workflows/sample',
      '1 h 5 min',
    ])
      expect(run).toContain(told);
    const month = await (await ask('/rivers/sample?days=2026-01')).text();
    expect(month).toContain('<b>5 rows</b>');
    expect(month).toContain('river run sample --start 2026-01-02 --end 2026-01-02');
  });

  test('that is not there is 404, with the nearest name', async () => {
    const answer = await pagesOf(aFacts('sample'))('/rivers/smaple');
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining('did you mean &quot;sample&quot;?'),
    ]);
    const named = await pagesOf(aFacts('sample'))(`/rivers/${encodeURIComponent('日本')}`);
    expect(await named.text()).toContain('There is no river 日本.');
  });

  test('says where a warehouse is away what it does not know, and shows the rest', async () => {
    const away = aFacts('sample', {
      coverage: async () => new Map(),
      newestRuns: async () => new Map(),
      runs: async () => [],
      run: async () => undefined,
      openRuns: async () => undefined,
      refusedRuns: async () => [],
      budget: async () => ({ value: undefined, trouble: 'Temporal cannot be reached at 127.0.0.1:1.' }),
    });
    const ask = pagesOf(away);
    const overview = await (await ask('/')).text();
    for (const told of [
      'not known',
      'Which runs are under way is not known.',
      'Temporal cannot be reached',
      '20 in all',
    ])
      expect(overview).toContain(told);
    expect((await ask('/rivers/sample')).status).toBe(200);
    expect((await ask('/runs/sample')).status).toBe(404);
  });
});

describe('who asks', () => {
  test.each([
    ['127.0.0.1:8080', true],
    ['localhost:8080', true],
    ['LOCALHOST', true],
    ['[::1]:8080', true],
    ['192.168.1.5', true],
    ['rebound.example:8080', false],
    ['127.0.0.1.example', false],
    ['localhost.example', false],
    ['user@rebound.example', false],
    ['', false],
    [undefined, false],
  ] as const)('%s by this host: %s', (host, may) => {
    expect(mayAsk(host, [])).toBe(may);
  });

  test('under another name is answered only where that is allowed', async () => {
    expect(mayAsk('river.example:8080', ['River.example'])).toBe(true);
    const answer = await pagesOf(aFacts('sample'))('/', { headers: { host: 'rebound.example' } });
    expect([answer.status, await answer.text()]).toEqual([421, expect.stringContaining('--allow-host')]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('can change nothing: %s', async (method) => {
    const answer = await pagesOf(aFacts('sample'))('/', { method, headers: { host: 'localhost' } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

test('a failure with a sentence of its own is shown in the browser', async () => {
  const said: string[] = [];
  const faulty = aFacts('sample', {
    callsByDay: async () => Promise.reject(new ConfigurationError('river.yaml:1:1: got nothing')),
  });
  const answer = await pagesOf(faulty, said)('/');
  expect([answer.status, await answer.text(), said]).toEqual([500, 'river.yaml:1:1: got nothing\n', []]);
});

test('what fails unexpectedly is told to the terminal, not to the browser', async () => {
  const said: string[] = [];
  const broken = aFacts('sample', { callsByDay: async () => Promise.reject(new Error('secret')) });
  const answer = await pagesOf(broken, said)('/');
  expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('secret')]);
  expect(said.join()).toContain('secret');
});
