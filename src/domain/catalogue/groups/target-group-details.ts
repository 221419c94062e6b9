import { answered, declareReport } from '../report.ts';

export const targetGroupDetails = declareReport({
  number: 17,
  slug: 'target-group-details',
  title: 'Target Group Details',
  purpose: 'The list of all target groups: id, name and priority.',
  endpoint: 'groups/GetTargetGroupDetails',
  time: 'none',
  axes: [],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: false,
  columns: [
    answered('TargetGroupID', 'integer'),
    answered('TargetGroupName', 'text'),
    answered('TargetGroupPriority', 'integer'),
  ],
  key: ['target_group_id'],
  keyIsUnique: true,
});
