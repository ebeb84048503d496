import { html } from "lit";
import { badge, type Tone } from "../../parts/badge";
import { time } from "../../parts/numbers";
import type { Column } from "../../parts/table";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import { securityOf, type Subscription, type SubscriptionStatus } from "./documents";

const text = words.subscriptions;

const TONES: Readonly<Record<SubscriptionStatus, Tone>> = {
  PENDING: "info",
  ACCEPTED: "good",
  RESUMED: "good",
  PAUSED: "warn",
  REJECTED: "bad",
  CLOSED: "plain",
};

/** The states in which a subscription can come to calls. */
export const OPEN_STATUSES: readonly SubscriptionStatus[] = ["ACCEPTED", "PENDING", "PAUSED"];

export const statusBadge = (status: SubscriptionStatus) =>
  badge(text.statuses[status], TONES[status]);

export const pageOf = (one: Subscription): string =>
  path("apis", one.api.id, "subscriptions", one.id);

const link = (label: string, one: Subscription) => html`<a href=${pageOf(one)}>${label}</a>`;

/** The columns of subscriptions to one API. */
export const columnsOfApi: readonly Column<Subscription>[] = [
  { id: "application", label: text.application, cell: (one) => link(one.application.name, one) },
  { id: "plan", label: text.plan, cell: (one) => one.plan.name },
  ...common(),
];

/** The columns of subscriptions of one application. */
export const columnsOfApplication: readonly Column<Subscription>[] = [
  { id: "api", label: text.api, cell: (one) => link(`${one.api.name} · ${one.plan.name}`, one) },
  ...common(),
];

function common(): Column<Subscription>[] {
  return [
    {
      id: "security",
      label: text.security,
      cell: (one) => securityOf(one.plan),
      secondary: true,
    },
    { id: "created", label: text.created, cell: (one) => time(one.createdAt), secondary: true },
    {
      id: "ends",
      label: text.ends,
      cell: (one) => (one.endingAt ? time(one.endingAt) : words.keys.never),
      secondary: true,
    },
    { id: "status", label: text.status, cell: (one) => statusBadge(one.status) },
  ];
}
