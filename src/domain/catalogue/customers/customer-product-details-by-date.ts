import { answered, declareReport, stamped } from '../report.ts';

export const customerProductDetailsByDate = declareReport({
  number: 13,
  slug: 'customer-product-details-by-date',
  title: 'Customer Product Details by Date',
  purpose: 'Which products the customers of a day had.',
  endpoint: 'customers/GetCustomerProductDetailsByDate',
  time: 'day',
  axes: [{ over: 'day', parameter: 'Date', stamp: 'date' }],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: true,
  columns: [
    stamped('Date', 'date'),
    answered('CustomerID', 'text'),
    answered('ProductID', 'text', { alsoSpelled: ['ProductIDs', 'Product', 'Products'], rowPerItem: true }),
  ],
  key: ['date', 'customer_id', 'product_id'],
  keyIsUnique: true,
  keysAreGuessed: true,
  notes:
    'Parameters and answer are not publicly documented; what stands here is inferred from what the ' +
    'call is said to do: the products recommended to each customer on a day. A list of products ' +
    'becomes one row for each. Where a tenant answers otherwise, `overrides:` corrects it.',
});
