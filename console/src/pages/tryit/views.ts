import { html, nothing, type TemplateResult } from "lit";
import { badge } from "../../parts/badge";
import "../../parts/copy";
import { bytes, count, duration } from "../../parts/numbers";
import { facts } from "../../parts/page";
import "../../parts/table";
import type { Column } from "../../parts/table";
import { words } from "../../words/en";
import type { Chunk, Connection, Entry } from "./recording";

const text = words.tryIt;
const MOST_SHOWN_RAW = 200;

/** The entries that pass the filter, the newest first. */
export function shownEntries(
  entries: readonly Entry[],
  filter: string,
  withHeartbeats: boolean,
): Entry[] {
  const wanted = filter.toLowerCase();
  const found = entries.filter(
    (one) =>
      (withHeartbeats || one.kind === "event") &&
      (!wanted || `${one.event}\n${one.id}\n${one.data}`.toLowerCase().includes(wanted)),
  );
  return found.reverse();
}

/**
 * The table of events.
 *
 * @param pinned members of JSON data that have a column, such as `price` or `user.id`.
 * @param open opens one event.
 */
export function entryTable(
  rows: readonly Entry[],
  pinned: readonly string[],
  open: (entry: Entry) => void,
): TemplateResult {
  const columns: Column<Entry>[] = [
    { id: "at", label: text.columns.at, numeric: true, cell: (one) => duration(one.atMs) },
    {
      id: "since",
      label: text.columns.since,
      numeric: true,
      secondary: true,
      cell: (one) => (one.sinceMs === undefined ? "–" : duration(one.sinceMs)),
    },
    {
      id: "type",
      label: text.columns.type,
      cell: (one) =>
        one.kind === "heartbeat"
          ? html`<span class="muted">${text.heartbeat}</span>`
          : one.event === "relay.gap"
            ? badge(one.event, "warn")
            : one.event,
    },
    {
      id: "id",
      label: text.columns.id,
      secondary: true,
      cell: (one) => html`<code class="try-cell">${one.id}</code>`,
    },
    ...pinned.map(
      (name): Column<Entry> => ({
        id: `pinned-${name}`,
        label: name,
        cell: (one) => html`<code class="try-cell">${member(one.data, name)}</code>`,
      }),
    ),
    {
      id: "data",
      label: text.columns.data,
      cell: (one) =>
        one.kind === "heartbeat"
          ? nothing
          : html`<button type="button" class="plain small try-data" @click=${() => open(one)}>
              <code class="try-cell">${one.data.slice(0, 300)}</code>
            </button>`,
    },
  ];
  return html`<relay-table
    class="try-entries"
    .label=${text.tabs.events}
    .columns=${columns}
    .rows=${rows}
    .key=${(one: Entry) => String(one.number)}
    .empty=${text.noEvents}
  ></relay-table>`;
}

function member(data: string, name: string): string {
  try {
    let value: unknown = JSON.parse(data);
    for (const part of name.split(".")) value = (value as Record<string, unknown>)?.[part];
    return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    return "";
  }
}

/** One event with its data, indented if it is JSON. */
export function entryDetail(
  entry: Entry,
  actions: { readonly resume: () => void; readonly close: () => void },
): TemplateResult {
  const shown = indented(entry.data);
  return html`<section class="card try-detail" aria-label=${text.detail(entry.event)}>
    <div class="card-head">
      <h3>${text.detail(entry.event)}</h3>
      <div class="row">
        ${entry.id
          ? html`<button type="button" class="small" @click=${actions.resume}>
              ${text.resumeFromHere}
            </button>`
          : nothing}
        <relay-copy .label=${text.columns.data} .text=${entry.data}></relay-copy>
        <button type="button" class="small" @click=${actions.close}>${words.common.close}</button>
      </div>
    </div>
    ${facts([
      [text.columns.id, entry.id && html`<code>${entry.id}</code>`],
      [text.columns.at, duration(entry.atMs)],
      [text.columns.connection, String(entry.connection)],
    ])}
    <pre tabindex="0" aria-label=${text.columns.data}>${shown}</pre>
  </section>`;
}

function indented(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}

/** The bytes as they came, one block for each read, with CR made visible. */
export function rawView(chunks: readonly Chunk[]): TemplateResult {
  if (!chunks.length) return html`<div class="empty"><p>${text.noBytes}</p></div>`;
  const shown = chunks.slice(-MOST_SHOWN_RAW);
  return html`${shown.length < chunks.length
      ? html`<p class="muted">${text.newestReads(shown.length)}</p>`
      : nothing}
    <div class="try-raw" role="region" aria-label=${text.tabs.raw} tabindex="0">
      ${shown.map(
        (one) => html`<div>
          <span class="muted">${duration(one.atMs)}</span>
          <pre>${one.text.replaceAll("\r", "␍")}</pre>
        </div>`,
      )}
    </div>`;
}

/** The head of the newest response. */
export function headersView(connection: Connection | undefined): TemplateResult {
  if (connection?.status === undefined) {
    return html`<div class="empty"><p>${text.noHead}</p></div>`;
  }
  return html`<dl class="try-headers">
    ${connection.headers.map(
      ({ name, value }) => html`<div>
        <dt><code>${name}</code></dt>
        <dd><code>${value}</code></dd>
      </div>`,
    )}
  </dl>`;
}

/** All connections, the newest first. */
export function connectionTable(
  connections: readonly Connection[],
  logLink: (requestId: string) => string,
): TemplateResult {
  const columns: Column<Connection>[] = [
    { id: "number", label: text.columns.connection, numeric: true, cell: (one) => one.number },
    { id: "status", label: text.columns.status, cell: (one) => statusOf(one) },
    {
      id: "duration",
      label: text.columns.duration,
      numeric: true,
      cell: (one) => (one.endedMs === undefined ? "–" : duration(one.endedMs - one.beganMs)),
    },
    { id: "events", label: text.columns.events, numeric: true, cell: (one) => count(one.events) },
    { id: "bytes", label: text.columns.bytes, numeric: true, cell: (one) => bytes(one.bytes) },
    {
      id: "resumed",
      label: text.columns.resumed,
      secondary: true,
      cell: (one) => html`<code class="try-cell">${one.resumedFrom || "–"}</code>`,
    },
    { id: "end", label: text.columns.end, cell: (one) => endOf(one) },
    {
      id: "record",
      label: text.columns.record,
      cell: (one) =>
        one.requestId ? html`<a href=${logLink(one.requestId)}>${text.record}</a>` : "–",
    },
  ];
  return html`<relay-table
    .label=${text.tabs.connections}
    .columns=${columns}
    .rows=${[...connections].reverse()}
    .key=${(one: Connection) => String(one.number)}
    .empty=${text.noHead}
  ></relay-table>`;
}

export function statusOf(connection: Connection): TemplateResult {
  const { status, reason } = connection;
  if (status === undefined) return html`–`;
  return badge(`${status} ${reason}`.trim(), status < 300 ? "good" : status < 400 ? "info" : "bad");
}

export function endOf(connection: Connection): TemplateResult {
  const known: Readonly<Record<string, string>> = text.ends;
  if (connection.endedMs === undefined) return badge(text.open, "good");
  const how = known[connection.how] ?? connection.how;
  const tone = connection.how === "complete" || connection.how === "left" ? "plain" : "warn";
  return html`<span title=${connection.message}>${badge(how, tone)}</span>`;
}
