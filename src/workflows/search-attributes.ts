import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';

export const riverName = defineSearchAttributeKey('RiverName', 'KEYWORD');
export const riverReport = defineSearchAttributeKey('RiverReport', 'KEYWORD');
export const riverConnection = defineSearchAttributeKey('RiverConnection', 'KEYWORD');
export const riverFailedChunks = defineSearchAttributeKey('RiverFailedChunks', 'INT');

/** What Temporal sets on runs that a schedule starts: the nominal time, the same through catch-up and backfill. */
export const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** Setting an attribute that is not registered fails the workflow task for ever, so only those found at opening are set. */
export const registered = (opened: OpenedRun, name: string): boolean =>
  opened.searchAttributes.includes(name);

/** Makes the run findable by what it pulls. */
export function markRun(opened: OpenedRun): void {
  const { river, report, connection } = opened.run;
  const values = [
    { key: riverName, value: river },
    { key: riverReport, value: report },
    { key: riverConnection, value: connection },
    { key: riverFailedChunks, value: 0 },
  ];
  const known = values.filter(({ key }) => registered(opened, key.name));
  if (known.length > 0) upsertSearchAttributes(known);
}
