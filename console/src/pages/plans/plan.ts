import { get, post, patch, send, type Call } from "../../rest/call";
import { environment, node } from "../../rest/paths";
import type { Pagination } from "../../parts/paging";
import type { Tone } from "../../parts/badge";
import type { Flow } from "../flows/model";

export type PlanStatus = "STAGING" | "PUBLISHED" | "DEPRECATED" | "CLOSED";

export const STATUSES: readonly PlanStatus[] = ["STAGING", "PUBLISHED", "DEPRECATED", "CLOSED"];

export const TONES: Readonly<Record<PlanStatus, Tone>> = {
  STAGING: "info",
  PUBLISHED: "good",
  DEPRECATED: "warn",
  CLOSED: "plain",
};

/** A plan, as the REST API has it. */
export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly mode: "STANDARD" | "PUSH";
  readonly status: PlanStatus;
  readonly order: number;
  readonly description?: string;
  readonly validation?: "AUTO" | "MANUAL";
  readonly security?: { readonly type: string; readonly configuration?: unknown };
  readonly selectionRule?: string;
  readonly characteristics?: readonly string[];
  readonly commentRequired?: boolean;
  readonly commentMessage?: string;
  readonly flows?: readonly Flow[];
  readonly createdAt: string;
  readonly publishedAt?: string;
  readonly closedAt?: string;
}

/** A security type of the catalogue. */
export interface PlanKind {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export const listing = (api: string): Call =>
  get(environment("apis", api, "plans"), { statuses: STATUSES, perPage: 100 });

export const planPath = (api: string, plan: string): string =>
  environment("apis", api, "plans", plan);

export type Action = "_publish" | "_deprecate" | "_close";

export const acting = (api: string, plan: string, action: Action): Call =>
  post(environment("apis", api, "plans", plan, action));

export const ordering = (api: string, plan: string, order: number): Call =>
  patch(planPath(api, plan), { order });

/** What a status allows. */
export function actionsOf(status: PlanStatus): readonly Action[] {
  switch (status) {
    case "STAGING":
      return ["_publish", "_close"];
    case "PUBLISHED":
      return ["_deprecate", "_close"];
    case "DEPRECATED":
      return ["_close"];
    case "CLOSED":
      return [];
  }
}

/** How many subscriptions and open streams of this daemon depend on a plan. */
export interface Dependents {
  readonly subscriptions: number;
  readonly streams: number;
}

export async function dependents(api: string, plan: string): Promise<Dependents> {
  const subscriptions = get(environment("apis", api, "subscriptions"), {
    planIds: plan,
    statuses: ["PENDING", "ACCEPTED", "PAUSED"],
    perPage: 1,
  });
  const streams = get(node("streams"), { planIds: plan, perPage: 1 });
  const [first, second] = await Promise.all(
    [subscriptions, streams].map((call) => send<{ pagination: Pagination }>(call)),
  );
  return {
    subscriptions: first!.pagination.totalCount ?? 0,
    streams: second!.pagination.totalCount ?? 0,
  };
}
