import type { WarehouseSetting } from '#domain/river/configuration';

/** A database of its own. */
export interface Place {
  readonly setting: WarehouseSetting;
  sql(text: string): Promise<Record<string, unknown>[]>;
  tables(): Promise<string[]>;
}

export type SettingOf = (
  client: WarehouseSetting['client'],
  connection: unknown,
  schema: string | undefined,
) => WarehouseSetting;
