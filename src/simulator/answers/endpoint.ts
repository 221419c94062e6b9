import { toDayNumber } from '../world/calendar.ts';
import type { Core } from '../world/core.ts';
import type { RowList } from '../world/row-list.ts';

/** How this tenant differs from the documentation. */
export interface Tenant {
  /** RecipientGroupIDs that GetCustomersByAction refuses with 400. */
  readonly refusedRecipientGroups: readonly number[];
  /** Report 13: a row for each product, or one row with `ProductIDs`. */
  readonly productsAs: 'rows' | 'list';
}

/** One function of the API. Its parameters are read and checked before a row is made. */
export type Endpoint =
  | {
      readonly rows: (core: Core, parameters: CallParameters, tenant: Tenant) => RowList;
      /** Whether $top and $skip have a meaning. */
      readonly pages: boolean;
      /** Its number, if it is one of the 27 reports. */
      readonly report?: number;
    }
  /** A call that is answered with one object. */
  | { readonly object: (core: Core, parameters: CallParameters) => Readonly<Record<string, unknown>> };

/** By the documented path below the base URL. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

/** The call is answered with 400 and this text. */
export class BadRequestError extends Error {}

/** The parameters of a call, checked as they are read; the case of names does not matter. */
export interface CallParameters {
  has(name: string): boolean;
  text(name: string): string;
  integer(name: string): number;
  integerOr(name: string, otherwise: number): number;
  /** `1` or `1,2,3`. */
  integers(name: string): readonly number[];
  /** A day of the calendar, as its number. */
  day(name: string): number;
  flag(name: string): boolean;
  /** One of the tenant's RealFieldNames. */
  attribute(name: string): string;
  /** CustomerAttributes: none, or up to ten separated by `;`. */
  attributes(): readonly string[];
}

const mostAttributes = 10;

export function readParameters(query: URLSearchParams, knownAttributes: readonly string[]): CallParameters {
  const given = new Map<string, string>();
  for (const [name, value] of query) {
    if (!given.has(name.toLowerCase())) given.set(name.toLowerCase(), value);
  }
  const known = new Map(knownAttributes.map((attribute) => [attribute.toLowerCase(), attribute]));

  function find(name: string): string | undefined {
    const value = given.get(name.toLowerCase());
    return value === '' ? undefined : value;
  }

  function text(name: string): string {
    const value = find(name);
    if (value === undefined) throw new BadRequestError(`${name} is required`);
    return value;
  }

  function wholeNumber(name: string, value: string): number {
    if (/^\d{1,15}$/.test(value)) return Number(value);
    throw new BadRequestError(`${name} must be a whole number, not "${value}"`);
  }

  function knownAttribute(name: string, value: string): string {
    const attribute = known.get(value.toLowerCase());
    if (attribute !== undefined) return attribute;
    throw new BadRequestError(`${name}: there is no customer attribute "${value}"`);
  }

  return {
    has: (name) => find(name) !== undefined,
    text,
    integer: (name) => wholeNumber(name, text(name)),
    integerOr(name, otherwise) {
      const value = find(name);
      return value === undefined ? otherwise : wholeNumber(name, value);
    },
    integers: (name) =>
      text(name)
        .split(',')
        .map((value) => wholeNumber(name, value.trim())),
    day(name) {
      const value = text(name);
      const day = toDayNumber(value);
      if (day === undefined)
        throw new BadRequestError(`${name} must be a date as yyyy-MM-dd, not "${value}"`);
      return day;
    },
    flag(name) {
      const value = find(name)?.toLowerCase() ?? 'false';
      if (value === 'true' || value === 'false') return value === 'true';
      throw new BadRequestError(`${name} must be true or false, not "${value}"`);
    },
    attribute: (name) => knownAttribute(name, text(name)),
    attributes() {
      const value = find('CustomerAttributes');
      if (value === undefined) return [];
      const attributes = value.split(';').map((one) => knownAttribute('CustomerAttributes', one.trim()));
      if (attributes.length <= mostAttributes) return attributes;
      throw new BadRequestError(
        `CustomerAttributes: at most ${mostAttributes} attributes, not ${attributes.length}`,
      );
    },
  };
}
