import { WorkflowNotFoundError } from '@temporalio/client';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { endOfRun, type RunEnd } from '../../src/control/run-end.ts';
import type { RunHandle } from '../../src/control/start-run.ts';
import { taskQueue } from '../../src/domain/run/task-queue.ts';
import { withPage } from '../helpers/browser.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

const rivers = {
  details: {
    report: 'customer-action-details-by-date',
    period: { start: '2026-01-01', end: '2026-01-04' },
    chunks: { every: 'daily', size: 2 },
    target: { table: 'details' },
  },
};

const pageOf = ({ temporal }: Rivers, path: string) =>
  `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows/${path}`;

/** Fills Temporal's own form as a person does, presses the button, and waits for the run to close. */
async function runFromForm(page: Page, house: Rivers, workflowId: string, input: string): Promise<RunEnd> {
  await page.goto(pageOf(house, 'start-workflow'));
  await page.getByLabel('Workflow ID').fill(workflowId);
  await page.getByLabel('Task Queue').fill(taskQueue);
  await page.getByLabel('Workflow Type').fill('riverRun');
  await page.locator('.cm-content').first().click();
  await page.keyboard.insertText(input);
  // Leaving a field moves the form: it looks for workers, and sets the input out. A click in that moment is lost.
  await page.getByRole('heading', { name: 'Start Workflow' }).click();
  await page.getByText('Task Queue is Active').waitFor();
  const started = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().includes(workflowId),
  );
  await page.getByTestId('start-workflow-button').click();
  expect((await started).status()).toBe(200);
  return endOfRun(house.temporal.client.workflow.getHandle(workflowId) as RunHandle);
}

describe("Temporal's Web UI", () => {
  it('starts a run from its form and shows how it went', () =>
    withRivers({ rivers }, (house) =>
      withPage(async (page) => {
        const end = await runFromForm(page, house, 'from-the-form', '{"river":"details"}');
        if (end.end !== 'succeeded') throw new Error(JSON.stringify(end));
        const expected = house.simulator.world.rowCount('customer-action-details-by-date', {
          days: ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'],
        });
        expect(end.result.rows).toBe(expected);

        await page.goto(pageOf(house, 'from-the-form'));
        await page.getByText('Completed').first().waitFor();
        await page.getByText('"succeeded"').first().waitFor();
        const shown = await page.locator('body').textContent();
        expect(shown).toContain(`"rows": ${expected}`);
        // What each activity works on stands beside it.
        expect(shown).toContain('2026-01-01/2026-01-02');

        await page.getByText('Search Attributes').first().click();
        await page.getByText('RiverReport').first().waitFor();
        await page.getByText('Queries').first().click();
        await page.getByText('progress').first().waitFor({ state: 'attached' });
      }),
    ));

  it('says what is wrong with an input, and names the rivers there are', () =>
    withRivers({ rivers }, (house) =>
      withPage(async (page) => {
        const end = await runFromForm(page, house, 'refused', '{"river":"detials"}');
        expect(end).toMatchObject({ end: 'failed', kind: 'ConfigurationError', result: { chunks: null } });
        await page.goto(pageOf(house, 'refused'));
        await page.getByText('Failed').first().waitFor();
        const shown = page.getByText(/unknown river.*details|detials/).first();
        await shown.waitFor();
        expect(await page.locator('body').textContent()).toContain('details');
        expect(await house.warehouse.tables()).not.toContain('details');
      }),
    ));

  it('shows what a run is doing while it does it', () =>
    withRivers({ rivers, simulator: { latencyMs: 4_000 } }, (house) =>
      withPage(async (page) => {
        const { client } = house.temporal;
        const handle = await client.workflow.start('riverRun', {
          taskQueue,
          workflowId: 'watched',
          args: [{ river: 'details' }],
        });
        const progress = await untilAnswered(
          () => handle.query<{ chunks: { total: number } }, []>('progress'),
          ({ chunks }) => chunks.total === 2,
        );
        expect(progress).toMatchObject({ river: 'details', state: 'pulling' });
        await page.goto(pageOf(house, 'watched'));
        await page.getByText('User Metadata').first().click();
        // The Web UI sets Markdown out in a frame of its own.
        const details = page.frameLocator('iframe').locator('body');
        await details.getByText('chunks loaded').first().waitFor();
        await details.getByText('2026-01-01/2026-01-02').first().waitFor();
        await handle.result();
      }),
    ));
});

/** Asks again until there is an answer and it is so. */
async function untilAnswered<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) throw error;
      return undefined;
    });
    if (answer !== undefined && isSo(answer)) return answer;
  }
}

describe('an input that is no river', () => {
  const inputs: [string, unknown[]][] = [
    ['nothing', []],
    ['a text', ['details']],
    ['a list', [['details']]],
    ['an unknown key', [{ river: 'details', chunk: { every: 'daily' } }]],
    ['a day that does not exist', [{ river: 'details', period: { start: '2026-02-30' } }]],
  ];
  it.each(inputs)('%s: fails the run at once with a sentence, and changes nothing', (_name, args) =>
    withRivers({ rivers }, async (house) => {
      const { client } = house.temporal;
      const handle = await client.workflow.start('riverRun', { taskQueue, workflowId: 'refused', args });
      const end = await endOfRun(handle as RunHandle);
      expect(end).toMatchObject({
        end: 'failed',
        kind: 'ConfigurationError',
        result: { status: 'failed', chunks: null, rows: null },
      });
      if (end.end === 'failed') expect(end.message).toMatch(/^input.*: /);
      expect(await house.warehouse.tables()).toEqual([]);
      expect(house.simulator.stats().calls).toBe(0);
    }),
  );
});
