import { html, type TemplateResult } from "lit";
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
  // apis: overview of an API
  {
    path: "/apis/:api",
    load: () => import("../pages/apis/overview"),
    render: ({ api }) => html`<relay-api-overview .api=${api}></relay-api-overview>`,
    title: words.overview.title,
    apiEntry: { group: words.navigation.apiGroups.api, label: words.overview.title },
  },
  // tryit: try an API
  // forms: configuration, entrypoints, endpoints, failover, CORS, response templates
  // flows: flows and plans of an API
  // consumers: subscriptions of an API
  // apis: deployments of an API
  {
    path: "/apis/:api/deployments",
    load: () => import("../pages/apis/deployments"),
    render: ({ api }) => html`<relay-api-deployments .api=${api}></relay-api-deployments>`,
    title: words.deployments.title,
    apiEntry: { group: words.navigation.apiGroups.deployment, label: words.deployments.title },
  },
  // tryit: logs and audit of an API
  // live: streams, channels, nodes
  // consumers: applications
  // flows: shared policy groups, catalogue
  // consumers: users, settings, account
  // tryit: audit of the installation
];
