import { get, send } from "../../rest/call";
import { environment } from "../../rest/paths";
import type { Page } from "../../parts/paging";

const MOST = 1000;

/** The names of APIs, by id. */
export type ApiNames = ReadonlyMap<string, string>;

/** Loads the names of the APIs. */
export async function loadNames(signal: AbortSignal): Promise<ApiNames> {
  const call = get(environment("apis"), { perPage: MOST });
  const found = await send<Page<{ id: string; name: string }>>(call, signal);
  return new Map(found.data.map((one) => [one.id, one.name]));
}
