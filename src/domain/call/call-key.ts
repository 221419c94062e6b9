/** A parameter's name and its value, as it is sent. */
export type Parameter = readonly [name: string, value: string];

/**
 * A call's name within its chunk, the same whenever and wherever it is planned: endpoint and parameters by our
 * names, whatever a river's overrides send.
 * @example callKey('customers/GetCustomersByAction', [['Date', '2026-01-01'], ['ActionID', '12']])
 * // 'GetCustomersByAction?Date=2026-01-01&ActionID=12'
 */
export function callKey(endpoint: string, parameters: readonly Parameter[]): string {
  const name = endpoint.slice(endpoint.lastIndexOf('/') + 1);
  const query = parameters.map(([parameter, value]) => `${parameter}=${encodeURIComponent(value)}`);
  return query.length === 0 ? name : `${name}?${query.join('&')}`;
}
