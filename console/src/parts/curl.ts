import { html, type TemplateResult } from "lit";
import type { Call } from "../rest/call";
import { curlCommand } from "../rest/curl";
import { words } from "../words/en";
import "./copy";

/** A folded panel with the curl commands of what the page is about to do, or reads. */
export function asCurl(calls: readonly Call[]): TemplateResult {
  const text = calls.map(curlCommand).join("\n\n");
  return html`<details class="curl">
    <summary>${words.common.asCurl}</summary>
    <div class="curl-content">
      <pre tabindex="0" aria-label=${words.common.asCurl}><code>${text}</code></pre>
      <relay-copy .label=${words.common.asCurl} .text=${text}></relay-copy>
    </div>
  </details>`;
}
