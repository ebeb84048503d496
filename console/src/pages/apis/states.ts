import { nothing } from "lit";
import { badge } from "../../parts/badge";
import { words } from "../../words/en";
import type { Api } from "./api";

const text = words.apis;

export const stateBadge = (api: Pick<Api, "state">) =>
  badge(text.states[api.state], api.state === "STARTED" ? "good" : "plain");

/** Nothing for an API that is in sync. */
export function syncBadge(api: Pick<Api, "deployedAt" | "deploymentState">) {
  if (!api.deployedAt) return badge(text.neverDeployed, "info");
  return api.deploymentState === "NEED_REDEPLOY" ? badge(text.outOfSync, "warn") : nothing;
}
