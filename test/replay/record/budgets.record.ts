import { expect, it } from 'vitest';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import { withRivers } from '../../helpers/with-rivers.ts';
import { recorderOf } from './recorder.ts';
import { rivers } from './rivers.ts';

it.concurrent('a budget that was terminated, and begins with what it remembered', () =>
  withRivers({ rivers }, async (house) => {
    await house.run({ river: 'details' });
    await house.temporal.client.workflow.getHandle(budgetWorkflowId('main')).terminate('by a person');
    await house.run({ river: 'details' });
    await recorderOf(house).budget('recalled');
  }));

it.concurrent('a budget of a connection through which others call as well', () =>
  withRivers({ rivers, simulator: { limits: [{ calls: 15, perMs: 5_000 }] } }, async (house) => {
    await house.run({ river: 'actions' });
    expect(house.simulator.stats().byStatus).toHaveProperty('429');
    await recorderOf(house).budget('throttled');
  }));
