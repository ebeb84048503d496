import { html, nothing, type TemplateResult } from "lit";
import { words } from "../../words/en";
import { hasTarget, isCalled, isPushed, type Draft } from "./draft";

const text = words.createApi.drawing;

/**
 * The way of a call through the API, as far as the draft tells it.
 *
 * @param gateway the URL of the gateway; empty while it is not known.
 */
export function drawing(draft: Draft, gateway: string): TemplateResult {
  const paths = draft.paths.map((one) => urlOf(one, gateway));
  return html`<figure class="way" aria-label=${text.label}>
    <ol>
      ${isCalled(draft) ? node(text.client, [clientOf(draft)]) : nothing}
      ${isCalled(draft) ? node(text.gateway, paths, true) : nothing}
      ${node(text.security, draft.plans.map((one) => one.name))}
      ${draft.type === "MESSAGE" ? node(text.channel, [text.shared]) : nothing}
      ${node(text.upstream, [upstreamOf(draft)], true)}
      ${isPushed(draft) ? node(text.consumers, [text.webhook]) : nothing}
    </ol>
  </figure>`;
}

function node(title: string, lines: readonly string[], code = false): TemplateResult {
  return html`<li>
    <p class="way-title">${title}</p>
    ${lines.map((line) =>
      line
        ? html`<p>${code ? html`<code>${line}</code>` : line}</p>`
        : html`<p class="muted">${text.open}</p>`,
    )}
  </li>`;
}

function clientOf(draft: Draft): string {
  return draft.entrypoints
    .filter((one) => one !== "webhook")
    .map((one) => text.entrypoints[one as keyof typeof text.entrypoints] ?? one)
    .join(", ");
}

function urlOf(one: Draft["paths"][number], gateway: string): string {
  if (!one.path) return "";
  if (!one.host) return gateway.replace(/\/$/, "") + one.path;
  return `${gateway.split("://")[0] || "http"}://${one.host}${one.path}`;
}

/** The target without its query, which may hold a key. */
function upstreamOf(draft: Draft): string {
  return hasTarget(draft.endpointType) ? draft.target.split("?")[0]! : draft.endpointType;
}
