import { html, nothing, svg, type TemplateResult } from "lit";
import { duration } from "../../parts/numbers";
import { words } from "../../words/en";
import type { Mark, MarkKind, Recording } from "./recording";

const text = words.tryIt.timeline;
const WIDTH = 1000;
const LONGEST_MS = 120_000;
const SHORTEST_MS = 10_000;
/** Where the marks of a kind begin and end, from the top. */
const LANES: Readonly<Record<MarkKind, readonly [number, number]>> = {
  event: [6, 24],
  heartbeat: [26, 38],
  gap: [2, 52],
  reconnect: [2, 52],
  cut: [2, 52],
};
const KINDS: readonly MarkKind[] = ["event", "heartbeat", "reconnect", "gap", "cut"];

/** The newest two minutes: connections as bars, what was received as marks above them. */
export function timeline(recording: Recording, waitsUntilMs: number | undefined): TemplateResult {
  const last = recording.connections.at(-1);
  const now =
    last?.endedMs !== undefined && waitsUntilMs === undefined ? last.endedMs : recording.nowMs();
  const to = Math.max(now, SHORTEST_MS);
  const from = Math.max(0, to - LONGEST_MS);
  const place = (atMs: number): number =>
    Math.round(((Math.min(Math.max(atMs, from), to) - from) / (to - from)) * WIDTH);
  return html`<figure class="timeline">
    <svg
      viewBox="0 0 ${WIDTH} 56"
      preserveAspectRatio="none"
      role="img"
      aria-label=${text.summary(recording.counts)}
    >
      ${recording.connections
        .filter((one) => (one.endedMs ?? now) >= from)
        .map(
          (one) =>
            svg`<rect
              class="timeline-connection ${one.status !== undefined && one.status < 400 ? "" : "is-bad"}"
              x=${place(one.beganMs)} y="42" height="8"
              width=${Math.max(place(one.endedMs ?? now) - place(one.beganMs), 2)}
            />`,
        )}
      ${waitsUntilMs === undefined
        ? nothing
        : svg`<line class="timeline-wait" x1=${place(last?.endedMs ?? now)} x2=${place(now)} y1="46" y2="46" />`}
      ${KINDS.map((kind) => svg`<path class="timeline-${kind}" d=${drawn(recording.marks, kind, from, place)} />`)}
    </svg>
    <div class="timeline-scale muted">
      <span>${duration(from)}</span><span>${duration(to)}</span>
    </div>
    <figcaption class="timeline-legend">
      ${KINDS.map(
        (kind) => html`<span class="timeline-key timeline-key-${kind}"
          >${text.kinds[kind](recording.counts[kind])}</span
        >`,
      )}
    </figcaption>
  </figure>`;
}

/** One line for each place that has a mark, whatever their number. */
function drawn(
  marks: readonly Mark[],
  kind: MarkKind,
  from: number,
  place: (atMs: number) => number,
): string {
  const places = new Set<number>();
  for (const mark of marks) if (mark.kind === kind && mark.atMs >= from) places.add(place(mark.atMs));
  const [top, bottom] = LANES[kind];
  return [...places].map((x) => `M${x} ${top}V${bottom}`).join("");
}
