import { answered, declareReport, stamped } from '../report.ts';

export const customersActivityEventAttributes = declareReport({
  number: 15,
  slug: 'customers-activity-event-attributes',
  title: 'Customers Activity Event Attributes',
  purpose: 'Customers with an activity event of your own on a day, and its time.',
  endpoint: 'customers/GetCustomersActivityEventAttributes',
  time: 'day',
  axes: [
    { over: 'day', parameter: 'Date', stamp: 'date' },
    { over: 'activityEvents', parameter: 'EventID', leftOut: 'required' },
  ],
  filters: ['activityEvents'],
  parameters: {},
  controlGroup: false,
  pages: true,
  columns: [
    stamped('Date', 'date'),
    stamped('EventID', 'text'),
    answered('CustomerID', 'text'),
    answered('EventTime', 'timestamp'),
  ],
  key: ['date', 'event_id', 'customer_id', 'event_time'],
  keyIsUnique: true,
  keysAreGuessed: true,
  notes:
    'Nothing about its parameters and its answer is publicly documented; what stands here is inferred ' +
    "from the walkthrough's filters. `activityEvents` are sent as written, and the event's attributes " +
    'become columns as they are first seen. Where a tenant names things otherwise, `overrides:` ' +
    'corrects it.',
});
