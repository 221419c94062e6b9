/**
 * Takes the pictures of the dashboard that README and docs show: npm run docs:pages
 * Real runs stand beside years of a made-up manifest; `--all <folder>` writes every page instead, on a desk and on a phone, light and
 * dark, and the pages of the same runs in Temporal's Web UI, to be looked at.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { stringify } from 'yaml';
import { createConfigurations } from '#config/watch-configuration';
import { connectTemporal } from '#control/connect-temporal';
import { queryProgress } from '#control/run-in-temporal';
import { startRun } from '#control/start-run';
import { serveDashboard } from '#dashboard/serve-dashboard';
import { addDays } from '#domain/period/date-range';
import { runPage } from '#domain/run/web-ui';
import { startSimulator } from '#simulator/start-simulator';
import { startTemporalServer } from '#workers/services/temporal-server';
import { startWorker } from '#workers/start-worker';
import { withPage } from '../test/helpers/browser.ts';
import { seedManifest } from '../test/helpers/seed-manifest.ts';

const { values } = parseArgs({ options: { all: { type: 'string' } } });
const pictures = fileURLToPath(new URL('../docs/images/', import.meta.url));
const today = new Date().toISOString().slice(0, 10);
const apiKey = 'simulator-key';
const desk = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

/** What River would run for a company, and what of it goes wrong. */
const rivers = {
  'customers-by-action': { report: 'customers-by-action', filters: { actions: [12, 15] } },
  'campaign-results': { report: 'executed-campaign-details' },
  'daily-actions': { report: 'customer-action-details-by-date', connection: 'loyalty' },
  'actions-ended': { report: 'customer-action-ended-by-date' },
  'products-of-customers': { report: 'customer-product-details-by-date', connection: 'loyalty' },
  'target-groups': { report: 'target-groups-by-date' },
  'action-list': { report: 'all-actions' },
};

const configurationFor = (main: string, loyalty: string) => ({
  connections: Object.fromEntries(
    (
      [
        ['main', main, 2000],
        ['loyalty', loyalty, 60],
      ] as const
    ).map(([name, url, calls]) => [
      name,
      {
        baseUrl: `${url}/current`,
        auth: { apiKey: 'file:./simulator.key' },
        budget: [
          { calls, per: '1h' },
          { calls: Math.min(50, calls), per: '10s' },
        ],
      },
    ]),
  ),
  warehouses: { prod: { client: 'better-sqlite3', connection: { filename: './warehouse.db' } } },
  defaults: { connection: 'main' },
  rivers: Object.fromEntries(
    Object.entries(rivers).map(([name, river]) => [
      name,
      {
        ...river,
        ...(river.report === 'all-actions'
          ? {}
          : {
              period: { start: addDays(today, -140), end: addDays(today, -1) },
              chunks: { every: 'daily', size: 7 },
            }),
        target: { warehouse: 'prod', table: name.replaceAll('-', '_') },
      },
    ]),
  ),
});

const folder = await mkdtemp(join(tmpdir(), 'river-pictures-'));
const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
try {
  const simulator = await startSimulator({
    port: 0,
    auth: { apiKey },
    latencyMs: 150,
  });
  stops.push(() => simulator.stop());
  const other = await startSimulator({ port: 0, auth: { apiKey }, latencyMs: 150 });
  stops.push(() => other.stop());
  const temporal = await startTemporalServer({ ui: true, cli: process.env.TEMPORAL_CLI });
  stops.push(() => temporal.stop());
  const file = join(folder, 'river.yaml');
  await writeFile(join(folder, 'simulator.key'), apiKey);
  await writeFile(file, stringify(configurationFor(simulator.url, other.url)));
  const configurations = createConfigurations({ file, env: {} });
  const configuration = await configurations.current();
  const setting = configuration.warehouses.get('prod');
  if (!setting) throw new Error('the warehouse is there');
  const worker = await startWorker({ configurations, temporal, say: () => {} });
  stops.push(async () => {
    worker.stop();
    await worker.done;
  });
  const plain = await connectTemporal({ address: temporal.address, namespace: temporal.namespace });
  stops.push(() => plain.close());
  const dated = [...configuration.rivers.values()].filter(({ period }) => period !== undefined);
  // A table that is not there has no days: a first run makes each of them.
  const longAgo = addDays(today, -1001);
  const first = dated.map(({ name: river }) =>
    startRun(plain, {
      river,
      input: { river, period: { start: longAgo, end: longAgo } },
      workflowId: `${river}-${longAgo}`,
    }).then((handle) => handle.result()),
  );
  await Promise.all(first);
  await seedManifest(setting, {
    rivers: dated,
    days: { start: addDays(today, -1000), end: addDays(today, -1) },
    callsARun: 12,
  });
  simulator.setFaults([
    { kind: 'status', status: 400, match: { endpoint: 'actions/GetExecutedCampaignDetails' } },
  ]);
  const start = (river: string, input: object = {}) =>
    startRun(plain, { river, input: { river, ...input }, workflowId: `${river}-${today}` });
  const refused = await startRun(plain, {
    river: 'daily-action',
    input: { river: 'daily-action' },
    workflowId: `daily-action-${today}`,
  });
  const list = await start('action-list');
  const failed = await start('campaign-results');
  await Promise.allSettled([refused.result(), list.result(), failed.result()]);
  await start('products-of-customers');
  await untilSaid('products-of-customers', /quota/);
  // Slow enough to be seen at work.
  await start('customers-by-action');
  await untilSaid('customers-by-action', /Pulling|Loading/);
  const dashboard = await serveDashboard({
    port: 0,
    host: '127.0.0.1',
    configuration: () => configurations.current(),
    temporal,
    webUi: temporal.uiUrl,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  stops.push(() => dashboard.stop());
  if (values.all === undefined) await takeForDocs(dashboard.url);
  else await takeAll(dashboard.url, values.all, temporal);

  async function untilSaid(river: string, said: RegExp): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      const progress = await queryProgress(plain.client, `${river}-${today}`);
      if (progress && said.test(progress.sentence)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`${river} never said ${said}`);
  }
} finally {
  for (const stop of stops.reverse()) await stop();
}

interface Look {
  readonly size: typeof desk;
  readonly scheme: 'light' | 'dark';
}

async function take(
  page: Page,
  url: string,
  { size, scheme }: Look,
  path: string,
  whole: boolean,
): Promise<void> {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(url);
  await page.screenshot({ path, fullPage: whole });
  process.stdout.write(`${path}\n`);
}

async function takeForDocs(url: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  const river = `${url}/rivers/customers-by-action`;
  await withPage(async (page) => {
    for (const scheme of ['light', 'dark'] as const)
      await take(page, url, { size: desk, scheme }, join(pictures, `dashboard-${scheme}.png`), true);
    await take(page, river, { size: desk, scheme: 'light' }, join(pictures, 'dashboard-river.png'), false);
    await take(page, river, { size: phone, scheme: 'dark' }, join(pictures, 'dashboard-phone.png'), false);
  });
}

async function takeAll(
  url: string,
  into: string,
  temporal: { readonly uiUrl: string | undefined; readonly namespace: string },
): Promise<void> {
  await mkdir(into, { recursive: true });
  const pages = {
    overview: '/',
    year: '/rivers/customers-by-action',
    month: `/rivers/daily-actions?days=${addDays(today, -45).slice(0, 7)}`,
    runs: '/runs',
    waiting: `/runs/products-of-customers-${today}`,
    failed: `/runs/campaign-results-${today}`,
    refused: `/runs/daily-action-${today}`,
    missing: '/rivers/custmers-by-action',
  };
  await withPage(async (page) => {
    for (const [name, path] of Object.entries(pages))
      for (const [sizeName, size] of Object.entries({ desk, phone }))
        for (const scheme of ['light', 'dark'] as const)
          await take(
            page,
            url + path,
            { size, scheme },
            join(into, `${name}-${sizeName}-${scheme}.png`),
            true,
          );
  });
  const { uiUrl } = temporal;
  if (uiUrl === undefined) return;
  await withPage(async (page) => {
    for (const run of ['products-of-customers', 'customers-by-action', 'campaign-results', 'daily-action'])
      for (const part of ['history', 'metadata', 'timeline']) {
        await page.setViewportSize({ width: 1400, height: 1400 });
        await page.goto(`${runPage(uiUrl, temporal, `${run}-${today}`)}`);
        await page.waitForTimeout(2_500);
        if (part !== 'timeline') {
          const tab = part === 'metadata' ? 'User Metadata' : 'History';
          await page
            .getByText(tab)
            .first()
            .click({ timeout: 5_000 })
            .catch(() => {});
          await page.waitForTimeout(1_500);
        }
        const path = join(into, `web-ui-${run}-${part}.png`);
        await page.screenshot({ path });
        process.stdout.write(`${path}\n`);
      }
    await page.goto(`${uiUrl}/namespaces/${temporal.namespace}/workflows`);
    await page.waitForTimeout(2_500);
    await page.screenshot({ path: join(into, 'web-ui-list.png') });
  });
}
