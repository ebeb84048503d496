import { html, nothing, type TemplateResult } from "lit";
import { bytes, count, rate } from "../../parts/numbers";
import { path } from "../../routing/router";
import { words } from "../../words/en";
import { entrypointsOf, pathsOf, type Api, type Plan } from "./api";
import { newest, type Traffic } from "./traffic";

const text = words.flowPath;
const MOST_LINES = 3;

interface Node {
  readonly title: string;
  /** The page of the node. */
  readonly href: string;
  readonly lines: readonly string[];
  /** What passes between this node and the next one. */
  readonly arrow?: readonly string[];
}

/** The way of an API from its clients to its endpoints, with what passes now. */
export function flowPath(
  api: Api,
  plans: readonly Plan[],
  traffic: Traffic | undefined,
): TemplateResult {
  return html`<ol class="flow-path" aria-label=${text.label}>
    ${nodes(api, plans, traffic).map(
      (one) => html`<li>
        ${card(one)}
        <span class="flow-arrow">${one.arrow?.map((line) => html`<span>${line}</span>`)}</span>
      </li>`,
    )}
  </ol>`;
}

function card(node: Node): TemplateResult {
  return html`<a class="flow-node" href=${node.href}>
    <strong>${node.title}</strong>
    ${node.lines.slice(0, MOST_LINES).map((line) => html`<span>${line}</span>`)}
    ${node.lines.length > MOST_LINES
      ? html`<span class="muted">${text.more(node.lines.length - MOST_LINES)}</span>`
      : nothing}
  </a>`;
}

function nodes(api: Api, plans: readonly Plan[], traffic: Traffic | undefined): Node[] {
  const isMessage = api.type === "MESSAGE";
  const flows =
    (api.flows?.length ?? 0) + plans.reduce((sum, one) => sum + (one.flows?.length ?? 0), 0);
  return [
    {
      title: text.clients,
      href: `${path("live", "streams")}?api=${api.id}`,
      lines: [text.streams(count(newest(traffic?.streams)))],
      arrow: [rate(newest(traffic?.events)), `${bytes(newest(traffic?.sentBytes))}/s`],
    },
    {
      title: text.entrypoints,
      href: path("apis", api.id, "entrypoints"),
      lines: [...entrypointsOf(api).map((one) => one.type), ...pathsOf(api)],
    },
    {
      title: text.plans,
      href: path("apis", api.id, "plans"),
      lines: plans.length ? plans.map((one) => one.name) : [text.noPlan],
    },
    {
      title: text.flows,
      href: path("apis", api.id, "flows"),
      lines: [text.flowCount(flows)],
    },
    ...(isMessage
      ? [
          {
            title: text.channel,
            href: `${path("live", "channels")}?api=${api.id}`,
            lines: [text.shared],
            arrow: [rate(newest(traffic?.received))],
          },
        ]
      : []),
    {
      title: text.endpoints,
      href: path("apis", api.id, "endpoints"),
      lines: (api.endpointGroups ?? []).flatMap((group) =>
        (group.endpoints ?? []).map((one) => targetOf(one.configuration) ?? one.name),
      ),
    },
  ];
}

/** The host of a target; its query may be a credential. */
function targetOf(configuration: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const target = configuration?.["target"];
  if (typeof target !== "string") return undefined;
  return URL.canParse(target) ? new URL(target).host : target.split("?")[0];
}
