/** Exactly the workflow types that people and schedules start. */
export { riverRun } from './river-run.ts';
