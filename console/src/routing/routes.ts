import { html, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { Role } from "../session/session";
import { words } from "../words/en";

export type Parameters = Readonly<Record<string, string>>;

/** A page of the console. */
export interface Route {
  /** The path below `/console`; a segment that begins with a colon is a parameter. */
  readonly path: string;
  /** Loads the module that defines the element of the page. */
  readonly load: () => Promise<unknown>;
  /** The element of the page. Parts of the path are its properties. */
  readonly render: (parameters: Parameters) => TemplateResult;
  /** The title of the browser's tab. */
  readonly title: string;
  /** The least role; every role by default. */
  readonly role?: Role;
  /** The entry of the main navigation, for the pages that have one. */
  readonly entry?: { readonly group: string; readonly label: string };
  /** The entry of the menu of an API, for the pages below `/apis/:api`. */
  readonly apiEntry?: { readonly group: string; readonly label: string };
}

/** All pages; the order is that of the menus. The first that matches is shown. */
export const routes: readonly Route[] = [
  // apis: the list of APIs
  {
    path: "/apis",
    load: () => import("../pages/apis/list"),
    render: () => html`<relay-api-list></relay-api-list>`,
    title: words.apis.title,
    entry: { group: words.navigation.groups.publish, label: words.apis.title },
  },
  // wizard: creation of an API
  {
    path: "/apis/new",
    load: () => import("../pages/create-api/create-api"),
    render: () => html`<relay-create-api></relay-create-api>`,
    title: words.createApi.title,
    role: "PUBLISHER",
  },
  // apis: overview of an API
  {
    path: "/apis/:api",
    load: () => import("../pages/apis/overview"),
    render: ({ api }) => html`<relay-api-overview .api=${api}></relay-api-overview>`,
    title: words.overview.title,
    apiEntry: { group: words.navigation.apiGroups.api, label: words.overview.title },
  },
  // tryit: try an API
  {
    path: "/apis/:api/try",
    load: () => import("../pages/tryit/try"),
    render: ({ api }) => html`${keyed(api, html`<relay-try .api=${api}></relay-try>`)}`,
    title: words.tryIt.title,
    role: "PUBLISHER",
    apiEntry: { group: words.navigation.apiGroups.api, label: words.tryIt.title },
  },
  // forms: configuration, entrypoints, endpoints, failover, CORS, response templates
  {
    path: "/apis/:api/configuration",
    load: () => import("../pages/definition/general"),
    render: ({ api }) => html`<relay-api-general .api=${api}></relay-api-general>`,
    title: words.definition.general.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.general.title,
    },
  },
  {
    path: "/apis/:api/entrypoints",
    load: () => import("../pages/definition/entrypoints"),
    render: ({ api }) => html`<relay-api-entrypoints .api=${api}></relay-api-entrypoints>`,
    title: words.definition.entrypoints.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.entrypoints.title,
    },
  },
  {
    path: "/apis/:api/endpoints",
    load: () => import("../pages/definition/endpoints"),
    render: ({ api }) => html`<relay-api-endpoints .api=${api}></relay-api-endpoints>`,
    title: words.definition.endpoints.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.endpoints.title,
    },
  },
  {
    path: "/apis/:api/health",
    load: () => import("../pages/definition/health"),
    render: ({ api }) => html`<relay-api-health .api=${api}></relay-api-health>`,
    title: words.definition.health.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.health.title,
    },
  },
  {
    path: "/apis/:api/failover",
    load: () => import("../pages/definition/failover"),
    render: ({ api }) => html`<relay-api-failover .api=${api}></relay-api-failover>`,
    title: words.definition.failover.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.failover.title,
    },
  },
  {
    path: "/apis/:api/cors",
    load: () => import("../pages/definition/cors"),
    render: ({ api }) => html`<relay-api-cors .api=${api}></relay-api-cors>`,
    title: words.definition.cors.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.cors.title,
    },
  },
  {
    path: "/apis/:api/response-templates",
    load: () => import("../pages/definition/response-templates"),
    render: ({ api }) => html`<relay-api-response-templates .api=${api}></relay-api-response-templates>`,
    title: words.definition.responseTemplates.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.responseTemplates.title,
    },
  },
  {
    path: "/apis/:api/properties",
    load: () => import("../pages/definition/properties"),
    render: ({ api }) => html`<relay-api-properties .api=${api}></relay-api-properties>`,
    title: words.definition.properties.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.properties.title,
    },
  },
  {
    path: "/apis/:api/resources",
    load: () => import("../pages/definition/resources"),
    render: ({ api }) => html`<relay-api-resources .api=${api}></relay-api-resources>`,
    title: words.definition.resources.title,
    apiEntry: {
      group: words.navigation.apiGroups.configuration,
      label: words.definition.resources.title,
    },
  },
  // flows: flows and plans of an API
  {
    path: "/apis/:api/flows",
    load: () => import("../pages/flows/flows-page"),
    render: ({ api }) => html`<relay-flows-page .api=${api!}></relay-flows-page>`,
    title: words.flows.title,
    apiEntry: { group: words.navigation.apiGroups.configuration, label: words.flows.title },
  },
  {
    path: "/apis/:api/plans",
    load: () => import("../pages/plans/plans-page"),
    render: ({ api }) => html`<relay-plans-page .api=${api!}></relay-plans-page>`,
    title: words.plans.title,
    apiEntry: { group: words.navigation.apiGroups.consumers, label: words.plans.title },
  },
  {
    path: "/apis/:api/plans/new",
    load: () => import("../pages/plans/plan-page"),
    render: ({ api }) => html`<relay-plan-page .api=${api!}></relay-plan-page>`,
    title: words.plans.add,
    role: "PUBLISHER",
  },
  {
    path: "/apis/:api/plans/:plan",
    load: () => import("../pages/plans/plan-page"),
    render: ({ api, plan }) =>
      html`<relay-plan-page .api=${api!} .plan=${plan}></relay-plan-page>`,
    title: words.plans.plan,
  },
  // consumers: subscriptions of an API
  {
    path: "/apis/:api/subscriptions",
    load: () => import("../pages/consumers/subscriptions"),
    render: ({ api }) => html`<relay-subscriptions .api=${api}></relay-subscriptions>`,
    title: words.subscriptions.title,
    apiEntry: { group: words.navigation.apiGroups.consumers, label: words.subscriptions.title },
  },
  {
    path: "/apis/:api/subscriptions/:subscription",
    load: () => import("../pages/consumers/subscription"),
    render: ({ api, subscription }) =>
      html`${keyed(
        subscription,
        html`<relay-subscription .api=${api} .subscription=${subscription}></relay-subscription>`,
      )}`,
    title: words.subscriptions.subscription,
  },
  // apis: deployments of an API
  {
    path: "/apis/:api/deployments",
    load: () => import("../pages/apis/deployments"),
    render: ({ api }) => html`<relay-api-deployments .api=${api}></relay-api-deployments>`,
    title: words.deployments.title,
    apiEntry: { group: words.navigation.apiGroups.deployment, label: words.deployments.title },
  },
  // tryit: logs and audit of an API
  {
    path: "/apis/:api/logs",
    load: () => import("../pages/logs/list"),
    render: ({ api }) => html`${keyed(api, html`<relay-logs .api=${api}></relay-logs>`)}`,
    title: words.logs.title,
    apiEntry: { group: words.navigation.apiGroups.traffic, label: words.logs.title },
  },
  {
    path: "/apis/:api/logs/:request",
    load: () => import("../pages/logs/record"),
    render: ({ api, request }) =>
      html`<relay-flight-record .api=${api} .request=${request}></relay-flight-record>`,
    title: words.record.title,
  },
  {
    path: "/apis/:api/audit",
    load: () => import("../pages/audit/audit"),
    render: ({ api }) => html`${keyed(api, html`<relay-audit .api=${api}></relay-audit>`)}`,
    title: words.audit.title,
    role: "PUBLISHER",
    apiEntry: { group: words.navigation.apiGroups.traffic, label: words.audit.title },
  },
  // live: streams, channels, nodes
  {
    path: "/live",
    load: () => import("../pages/live/overview"),
    render: () => html`<relay-live></relay-live>`,
    title: words.live.title,
    entry: { group: words.navigation.groups.operate, label: words.live.title },
  },
  {
    path: "/live/streams",
    load: () => import("../pages/live/streams"),
    render: () => html`<relay-live-streams></relay-live-streams>`,
    title: words.streams.title,
    entry: { group: words.navigation.groups.operate, label: words.streams.entry },
  },
  {
    path: "/live/streams/:stream",
    load: () => import("../pages/live/stream"),
    render: ({ stream }) =>
      html`${keyed(stream, html`<relay-live-stream .stream=${stream}></relay-live-stream>`)}`,
    title: words.streams.one,
  },
  {
    path: "/live/channels",
    load: () => import("../pages/live/channels"),
    render: () => html`<relay-live-channels></relay-live-channels>`,
    title: words.channels.title,
    entry: { group: words.navigation.groups.operate, label: words.channels.title },
  },
  {
    path: "/live/channels/:owner/:channel",
    load: () => import("../pages/live/channel"),
    render: ({ owner, channel }) =>
      html`${keyed(
        channel,
        html`<relay-live-channel .owner=${owner} .channel=${channel}></relay-live-channel>`,
      )}`,
    title: words.channels.one,
  },
  {
    path: "/live/nodes",
    load: () => import("../pages/live/nodes"),
    render: () => html`<relay-live-nodes></relay-live-nodes>`,
    title: words.nodes.title,
    entry: { group: words.navigation.groups.operate, label: words.nodes.title },
  },
  {
    path: "/live/drain",
    load: () => import("../pages/live/drain"),
    render: () => html`<relay-live-drain></relay-live-drain>`,
    title: words.drain.title,
    entry: { group: words.navigation.groups.operate, label: words.drain.title },
  },
  // consumers: applications
  {
    path: "/applications",
    load: () => import("../pages/consumers/applications"),
    render: () => html`<relay-applications></relay-applications>`,
    title: words.applications.title,
    entry: { group: words.navigation.groups.consume, label: words.applications.title },
  },
  {
    path: "/applications/:application",
    load: () => import("../pages/consumers/application"),
    render: ({ application }) =>
      html`${keyed(
        application,
        html`<relay-application .application=${application}></relay-application>`,
      )}`,
    title: words.applications.application,
  },
  // flows: shared policy groups, catalogue
  {
    path: "/policy-groups",
    load: () => import("../pages/policy-groups/groups-page"),
    render: () => html`<relay-policy-groups></relay-policy-groups>`,
    title: words.policyGroups.title,
    entry: { group: words.navigation.groups.publish, label: words.policyGroups.title },
  },
  {
    path: "/policy-groups/new",
    load: () => import("../pages/policy-groups/group-page"),
    render: () => html`<relay-policy-group></relay-policy-group>`,
    title: words.policyGroups.add,
    role: "PUBLISHER",
  },
  {
    path: "/policy-groups/:group",
    load: () => import("../pages/policy-groups/group-page"),
    render: ({ group }) => html`<relay-policy-group .group=${group}></relay-policy-group>`,
    title: words.policyGroups.group,
  },
  {
    path: "/catalog",
    load: () => import("../pages/catalogue/catalogue-page"),
    render: () => html`<relay-catalogue></relay-catalogue>`,
    title: words.catalogue.title,
    entry: { group: words.navigation.groups.installation, label: words.catalogue.title },
  },
  {
    path: "/catalog/:kind/:plugin",
    load: () => import("../pages/catalogue/plugin-page"),
    render: ({ kind, plugin }) =>
      html`<relay-plugin-page .kind=${kind} .plugin=${plugin}></relay-plugin-page>`,
    title: words.catalogue.plugin,
  },
  // consumers: users, settings, account
  {
    path: "/users",
    load: () => import("../pages/installation/users"),
    render: () => html`<relay-users></relay-users>`,
    title: words.users.title,
    role: "ADMIN",
    entry: { group: words.navigation.groups.installation, label: words.users.title },
  },
  {
    path: "/settings",
    load: () => import("../pages/installation/settings"),
    render: () => html`<relay-settings></relay-settings>`,
    title: words.settings.title,
    entry: { group: words.navigation.groups.installation, label: words.settings.title },
  },
  {
    path: "/account",
    load: () => import("../pages/installation/account"),
    render: () => html`<relay-account></relay-account>`,
    title: words.account.title,
    entry: { group: words.navigation.groups.installation, label: words.account.title },
  },
  // tryit: audit of the installation
  {
    path: "/audit",
    load: () => import("../pages/audit/audit"),
    render: () => html`${keyed("", html`<relay-audit></relay-audit>`)}`,
    title: words.audit.title,
    role: "ADMIN",
    entry: { group: words.navigation.groups.installation, label: words.audit.title },
  },
];
