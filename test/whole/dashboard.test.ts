import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { serveDashboard } from '#dashboard/serve-dashboard';
import { withPage } from '../helpers/browser.ts';
import { withRivers } from '../helpers/with-rivers.ts';

const hostile = `<img src=x onerror="alert(1)">'&/`;
/** A month that the overview of the last seventy days shows, whenever this runs. */
const month = new Date(Date.now() - 35 * 86_400_000).toISOString().slice(0, 7);
const monthName = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
  new Date(`${month}-01T00:00:00Z`),
);
const period = { start: `${month}-02`, end: `${month}-05` };
const chunks = { every: 'daily', size: 1 };
const rivers = {
  details: { report: 'customer-action-details-by-date', period, chunks, target: { table: 'details' } },
  waits: {
    report: 'customer-product-details-by-date',
    connection: 'small',
    period,
    chunks,
    target: { table: 'waits' },
  },
  [hostile]: { report: 'executed-campaign-details', period, chunks, target: { table: hostile } },
};

/** Neither too wide for the screen nor without an element that a keyboard reaches. */
async function expectUsable(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement?.innerText')).toBe('To the content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('location.hash')).toBe('#content');
}

it('the dashboard shows in a browser what is loaded, what waits and what has failed, whatever things are called, and goes on without Temporal or a warehouse', () =>
  withRivers(
    {
      rivers,
      simulator: {
        faults: [
          {
            kind: 'status',
            status: 400,
            text: 'Status is not known',
            match: { endpoint: 'actions/GetExecutedCampaignDetails' },
          },
        ],
      },
      more: {
        connections: {
          small: {
            // The same server under another name: one connection has one budget.
            baseUrl: 'http://localhost:1/current',
            auth: { apiKey: 'of-another' },
            budget: [{ calls: 1, per: '1h' }],
          },
        },
        warehouses: {
          away: {
            client: 'pg',
            connection: { host: '127.0.0.1', port: 1, user: 'u', password: 'hidden-password' },
          },
        },
      },
    },
    async (house) => {
      await house.pull({ river: 'details' });
      await house.run({ river: hostile }, `${hostile}-run`);
      await house.run({ river: 'detials' }, 'refused');
      const configuration = await house.configuration();
      const said: string[] = [];
      const options = {
        port: 0,
        host: '127.0.0.1',
        configuration: async () => configuration,
        webUi: house.temporal.uiUrl,
        say: (line: string) => said.push(line),
      };
      const dashboard = await serveDashboard({ ...options, temporal: house.temporal });
      const without = await serveDashboard({
        ...options,
        temporal: { address: '127.0.0.1:1', namespace: 'default' },
      });
      try {
        await withPage(async (page) => {
          const wrong: string[] = [];
          page.on('dialog', (dialog) => {
            wrong.push(dialog.message());
            void dialog.dismiss();
          });
          page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
          await page.goto(dashboard.url);
          const text = async () => ((await page.locator('body').textContent()) ?? '').replace(/\s+/g, ' ');
          const overview = await text();
          for (const told of [
            'Needs a look 2 runs',
            `failed ${hostile} ${hostile}-run`,
            'Repair it: river retry',
            'there is no river "detials"',
            '4 loaded',
            '4 failed',
            'calls are free in the window of 1h',
            'No run is under way.',
            'The warehouse away',
          ])
            expect(overview).toContain(told);
          expect(overview).not.toContain('hidden-password');
          await expectUsable(page);

          await page.getByRole('link', { name: 'details', exact: true }).click();
          await page.goto(`${page.url()}?days=${month.slice(0, 4)}`);
          await page.getByRole('link', { name: new RegExp(`^${monthName}: 4 loaded`) }).click();
          expect(await page.locator('li.day.loaded').count()).toBe(4);
          await page.goto(dashboard.url);
          await page.getByRole('link', { name: hostile, exact: true }).first().click();
          expect(await page.locator('h1').textContent()).toBe(hostile);
          await page
            .getByRole('link', { name: `${hostile}-run` })
            .first()
            .click();
          expect(await text()).toContain('Failed: 0 of 4 chunks loaded, 4 failed.');
          const steps = page.getByRole('link', { name: /every step/ });
          expect(await steps.getAttribute('href')).toContain(encodeURIComponent(`${hostile}-run`));
          // Temporal's own Web UI does not open a workflow id with a slash.
          await page.goto(`${dashboard.url}/runs/refused`);
          await page.goto((await steps.getAttribute('href')) ?? '');
          await page.getByRole('heading', { name: 'refused' }).waitFor();

          wrong.length = 0;
          await page.setViewportSize({ width: 360, height: 740 });
          const colours = new Set<unknown>();
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            for (const path of [
              '/',
              `/rivers/${encodeURIComponent(hostile)}?days=${month}`,
              '/runs',
              '/runs/refused',
              '/none',
            ]) {
              await page.goto(dashboard.url + path);
              await expectUsable(page);
              colours.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
            }
          }
          expect(colours.size).toBe(2);
          await page.goto(dashboard.url);
          const [named] = await page.locator('.rivers td:first-child').allInnerTexts();
          expect(named).toMatch(/^details\s+Customer Action Details by Date$/);
          await page.goto(`${dashboard.url}/runs`);
          const periods = await page.locator('td[data-label=Period]').allInnerTexts();
          expect(periods.join()).toMatch(/2026-\d\d-\d\d to 2026-\d\d-\d\d/);
          await page.goto(without.url);
          const alone = await text();
          for (const told of [
            'Temporal cannot be reached at 127.0.0.1:1',
            '4 loaded',
            'Which runs are under way is not known.',
          ])
            expect(alone).toContain(told);
          expect(wrong.filter((each) => !each.includes('404'))).toEqual([]);
        });
      } finally {
        await dashboard.stop();
        await without.stop();
      }
      expect(said).toEqual([]);
    },
  ));
