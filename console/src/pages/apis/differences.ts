import type { TemplateResult } from "lit";
import { diffList, type Difference } from "../../parts/diff";
import { get, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";

/** The response of `deployments/_diff`. */
export interface Differences {
  readonly from?: { readonly deploymentNumber?: number };
  readonly affectsTraffic: boolean;
  readonly data: readonly Difference[];
  /** The names of the plans that differ. */
  readonly plans: readonly { readonly id: string; readonly name: string }[];
}

/** Compares two deployments; a side is a number or `draft`. */
export const readDifferences = (id: string, from?: string, to?: string): Call =>
  get(environment("apis", id, "deployments", "_diff"), { from, to });

/**
 * A list of differences.
 *
 * @param definition of the later side, which has the names of the items of lists.
 */
export function changeList(
  found: Differences,
  definition: unknown,
  changes: readonly Difference[] = found.data,
): TemplateResult {
  const plans = Object.fromEntries(found.plans.map((one) => [one.id, one]));
  return diffList(changes, { ...(definition as object), plans });
}
