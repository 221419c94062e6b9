import type { Core } from '../world/core.ts';
import type { RowList } from '../world/row-list.ts';
import type { Asked } from './asked.ts';

/** How this tenant differs from what is documented. */
export interface Tenant {
  /** RecipientGroupIDs that GetCustomersByAction answers with 400. */
  readonly refusedRecipientGroups: readonly number[];
  /** Report 13: a row for each product, or one row with `ProductIDs`. */
  readonly productsAs: 'rows' | 'list';
}

/** One function of the API. Its parameters are read, and so checked, before a row is made. */
export type Endpoint =
  | {
      readonly rows: (core: Core, asked: Asked, tenant: Tenant) => RowList;
      /** Whether $top and $skip have a meaning. */
      readonly pages: boolean;
      /** Its number in the walkthrough, where it is one of the 27 reports. */
      readonly report?: number;
    }
  /** A call that answers with one object. */
  | { readonly object: (core: Core, asked: Asked) => Readonly<Record<string, unknown>> };

/** By path below the base URL, as it is documented. */
export type Endpoints = Readonly<Record<string, Endpoint>>;
