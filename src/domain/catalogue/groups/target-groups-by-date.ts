import { answered, declareReport, stamped } from '../report.ts';

export const targetGroupsByDate = declareReport({
  number: 16,
  slug: 'target-groups-by-date',
  title: 'Target Groups by Date',
  purpose: 'Which target groups had a campaign on a day.',
  endpoint: 'groups/GetTargetGroupsByDate',
  time: 'day',
  axes: [{ over: 'day', parameter: 'Date', stamp: 'date' }],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: false,
  columns: [stamped('Date', 'date'), answered('TargetGroupID', 'integer')],
  key: ['date', 'target_group_id'],
  keyIsUnique: true,
  notes: 'The target groups with an action executed on that day.',
});
