import { expect, test } from 'vitest';
import { effectiveReport } from '#domain/river/overrides';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

const nine = reportBySlug('customer-execution-details-by-campaign');
const ten = reportBySlug('customer-send-details-by-campaign');

test('without an endpoint of its own a report is as it was declared', () => {
  expect(effectiveReport(nine, undefined)).toBe(nine);
  expect(effectiveReport(nine, { parameters: { CampaignID: 'Id' } })).toBe(nine);
  expect(effectiveReport(nine, { endpoint: nine.endpoint })).toBe(nine);
});

test('with another report’s endpoint it is called as that one is, under its own name', () => {
  const called = effectiveReport(nine, { endpoint: '/customers/getcustomersenddetailsbycampaign' });
  expect(called).toEqual({ ...ten, number: 9, slug: nine.slug, title: nine.title });
});

test('whether it is asked page by page can be said otherwise, with and without another endpoint', () => {
  expect(effectiveReport(nine, { pages: true })).toBe(nine);
  expect(effectiveReport(nine, { pages: false })).toEqual({ ...nine, pages: false });
  expect(effectiveReport(nine, { endpoint: 'customers/GetOther', pages: false })).toMatchObject({
    endpoint: 'customers/GetOther',
    pages: false,
  });
});

test('with an endpoint that no report has, only the endpoint changes', () => {
  const endpoint = 'customers/GetCustomerProductDetails';
  expect(effectiveReport(nine, { endpoint })).toEqual({ ...nine, endpoint });
});
