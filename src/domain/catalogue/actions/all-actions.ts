import { answered, declareReport } from '../report.ts';

export const allActions = declareReport({
  number: 18,
  slug: 'all-actions',
  title: 'All Actions',
  purpose: 'The list of all actions: id and name.',
  endpoint: 'actions/GetAllActions',
  time: 'none',
  axes: [],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: false,
  columns: [answered('ActionID', 'integer'), answered('ActionName', 'text')],
  key: ['action_id'],
  keyIsUnique: true,
});
