import { WorkflowNotFoundError } from '@temporalio/client';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { waitForEnd } from '#control/run-end';
import type { RunHandle } from '#control/start-run';
import { taskQueue } from '#domain/run/temporal-names';
import { closeBrowser, withPage } from '../helpers/browser.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

afterAll(closeBrowser);

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

/** Fills Temporal's own form as a person does, presses the button, and follows the link to the run. */
async function runFromForm(page: Page, house: Rivers, workflowId: string, input: string): Promise<void> {
  await page.goto(pageOf(house, 'start-workflow'));
  await page.getByLabel('Workflow ID').fill(workflowId);
  await page.getByLabel('Task Queue').fill(taskQueue);
  await page.getByLabel('Workflow Type').fill('riverRun');
  await page.locator('.cm-content').first().click();
  await page.keyboard.insertText(input);
  // Leaving a field moves the form: it looks for workers, and sets the input out. A click in that moment is lost.
  await page.getByRole('heading', { name: 'Start Workflow' }).click();
  await page.getByText('Task Queue is Active').waitFor();
  await page.getByTestId('start-workflow-button').click();
  await page.getByRole('link', { name: 'Workflow started successfully' }).click();
  await page.getByRole('heading', { name: workflowId }).waitFor();
}

describe("Temporal's Web UI", () => {
  it('starts a run from its form, shows it going on, and its result', () =>
    withRivers({ rivers, simulator: { faults: [{ kind: 'outage', as: '503' }] } }, (house) =>
      withPage(async (page) => {
        await runFromForm(page, house, 'from-the-form', '{"river":"details"}');
        // The API is away for as long as it takes to look.
        await page.getByText('Running').first().waitFor();
        house.simulator.setFaults([]);
        await page.getByText('Completed').first().waitFor();
        await page.getByText('"succeeded"').first().waitFor();
        const expected = house.simulator.world.rowCount('customer-action-details-by-date', {
          days: ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'],
        });
        const shown = await page.locator('body').textContent();
        expect(shown).toContain(`"rows": ${expected}`);
        // What each activity works on stands beside it.
        expect(shown).toContain('beginChunk • 2026-01-01 to 2026-01-02');

        await page.getByText('Search Attributes').first().click();
        await page.getByText('"customer-action-details-by-date"').first().waitFor();
        const attributes = await page.locator('body').textContent();
        for (const shownThere of [
          '"RiverName": "details"',
          '"RiverConnection": "main"',
          '"RiverFailedChunks": 0',
        ])
          expect(attributes).toContain(shownThere);

        await page.getByText('Queries').first().click();
        await page.getByText('Run Query').click();
        await page.getByText('"plannedCalls"').first().waitFor();

        // The addresses that `river status` prints: the run's page, and the form for another like it, filled in.
        const env = { ...house.env, RIVER_WEB_UI: house.temporal.uiUrl };
        const { stdout } = await house.startIn(env, 'status', 'from-the-form').end;
        const address = (name: string) => new RegExp(`^${name} +(http\\S+)$`, 'm').exec(stdout)?.[1] ?? '';
        await page.goto(address('Web UI'));
        await page.getByRole('heading', { name: 'from-the-form' }).waitFor();
        await page.goto(address('Start form'));
        await page.locator('.cm-content', { hasText: '"details"' }).waitFor();
        expect(await page.getByLabel('Workflow Type').inputValue()).toBe('riverRun');
        expect(await page.getByLabel('Task Queue').inputValue()).toBe(taskQueue);
      }),
    ));

  it('says what is wrong with an input, and names the rivers there are', () =>
    withRivers({ rivers }, (house) =>
      withPage(async (page) => {
        await runFromForm(page, house, 'refused', '{"river":"detials"}');
        await page.getByText('Failed').first().waitFor();
        await page
          .getByText(/there is no river \W*detials.*the rivers are details/)
          .first()
          .waitFor();
        const end = await waitForEnd(house.temporal.client.workflow.getHandle('refused') as RunHandle);
        expect(end).toMatchObject({ end: 'failed', kind: 'ConfigurationError', result: { chunks: null } });
        expect(await house.warehouse.tables()).not.toContain('details');
      }),
    ));

  it('shows what a run is doing while it does it', () =>
    withRivers({ rivers, simulator: { faults: [{ kind: 'hold' }] } }, (house) =>
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
        await details.getByText('2026-01-01 to 2026-01-02').first().waitFor();
        house.simulator.setFaults([]);
        await handle.result();
      }),
    ));
});

describe('what a run says of itself, to whoever looks at its page,', () => {
  it('is why it stands still, and when it is over how it has ended and what repairs it', () =>
    withRivers({ rivers, simulator: { faults: [{ kind: 'outage', as: '503' }] } }, (house) =>
      withPage(async (page) => {
        const { client } = house.temporal;
        const workflowId = 'stands-still';
        const args = [{ river: 'details' }];
        const handle = await client.workflow.start('riverRun', { taskQueue, workflowId, args });
        await untilAnswered(
          () => handle.query<{ sentence: string }, []>('progress'),
          ({ sentence }) => sentence.startsWith('Optimove has not answered since'),
        );
        await page.goto(pageOf(house, workflowId));
        await page.getByText('User Metadata').first().click();
        const details = page.frameLocator('iframe').locator('body');
        await details
          .getByText(/Optimove has not answered since .* UTC \(answered 503\), try \d+/)
          .first()
          .waitFor();
        house.simulator.setFaults([{ kind: 'status', status: 400 }]);
        await house.river('budget', '--lift', 'main');
        await expect(handle.result()).rejects.toThrow();
        await page.goto(pageOf(house, workflowId));
        // The steps of a run say what was done, not how a person might wish that it had ended.
        await page.getByText('close the run').first().waitFor();
        expect(await page.locator('body').textContent()).not.toContain('closeRun • succeeded');
        await page.getByText('User Metadata').first().click();
        await details.getByText('Failed: 0 of 2 chunks loaded, 2 failed.').first().waitFor();
        await details.getByText('Repair it: river retry stands-still').first().waitFor();
        expect(await details.textContent()).not.toMatch(/pulling|Waiting for quota|will not end before/);
        await page.getByText('Search Attributes').first().click();
        await page.getByText('"RiverFailedChunks": 2').first().waitFor();
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

describe('what a run says of itself', () => {
  it('is a description of its query, and a summary of each of its activities', () =>
    withRivers({ rivers }, async ({ pull, temporal }) => {
      const { workflowId } = await pull({ river: 'details' });
      const handle = temporal.client.workflow.getHandle(workflowId);
      const { definition } = await handle.query<Metadata, []>('__temporal_workflow_metadata');
      expect(definition.queryDefinitions).toContainEqual({
        name: 'progress',
        description: expect.stringMatching(/chunks/),
      });
      const { events } = await handle.fetchHistory();
      const activities = (events ?? []).flatMap(
        ({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) =>
          scheduled
            ? [{ name: scheduled.activityType?.name, summary: String(userMetadata?.summary?.data ?? '') }]
            : [],
      );
      // No step resolves filters without names, and the chunks, fewer than are asked for, are asked for once.
      const perChunk = ['beginChunk', 'pullSlice', 'commitChunk'];
      const steps = ['openRun', 'nextChunks', ...perChunk, ...perChunk, 'closeRun'];
      expect(activities.map(({ name }) => name).sort()).toEqual(steps.sort());
      expect(await handle.query('progress')).toMatchObject({ plannedCalls: 4 });
      expect(activities.filter(({ summary }) => summary === '')).toEqual([]);
    }));
});

interface Metadata {
  readonly definition: { readonly queryDefinitions: readonly { name: string; description: string }[] };
}

describe('an input that is no river', () => {
  const inputs: [string, unknown[], RegExp][] = [
    ['nothing', [], /^input: expected \{ "river": "<name>" \}, .*, got nothing; the rivers are details/],
    ['a text', ['details'], /^input: expected \{ "river": "<name>" \}, .*, got "details"; the rivers are/],
    [
      'a list',
      [['details']],
      /^input: expected \{ "river": "<name>" \}, .*, got a list of 1; the rivers are/,
    ],
    [
      'an unknown key',
      [{ river: 'details', chunk: { every: 'daily' } }],
      /^input chunk: unknown key, did you mean "chunks"\? expected one of river, period, chunks, filters, target/,
    ],
    [
      'a day that does not exist',
      [{ river: 'details', period: { start: '2026-02-30' } }],
      /^input period\.start: expected a day that exists, YYYY-MM-DD, got "2026-02-30"/,
    ],
  ];
  it.each(inputs)('%s: fails the run at once with its sentence, and changes nothing', (_name, args, said) =>
    withRivers({ rivers }, async (house) => {
      const { client } = house.temporal;
      const handle = await client.workflow.start('riverRun', { taskQueue, workflowId: 'refused', args });
      const end = await waitForEnd(handle as RunHandle);
      expect(end).toMatchObject({
        end: 'failed',
        kind: 'ConfigurationError',
        message: expect.stringMatching(said),
        result: { status: 'failed', chunks: null, rows: null },
      });
      expect(await house.warehouse.tables()).toEqual([]);
      expect(house.simulator.stats().calls).toBe(0);
    }),
  );
});
