import { defineQuery } from '@temporalio/workflow';
import type { RunProgress } from '../domain/run/progress.ts';

/** How far a run is: counts, open chunks, what it waits for. */
export const progressQuery = defineQuery<RunProgress>('progress');
