import { html, nothing, svg, type TemplateResult } from "lit";
import { count, duration } from "../../parts/numbers";
import { words } from "../../words/en";
import type { ChannelWithReaders, Position } from "./documents";

const text = words.channels.window;
const WIDTH = 1000;
const BAND_Y = 66;
const BAND_HEIGHT = 22;
const HIGHEST = 44;
const BINS = 100;

interface Bin {
  live: number;
  lagging: number;
}

/** The log of a channel as a band of places, with its readers where they are. */
export function logWindow(channel: ChannelWithReaders): TemplateResult {
  const { log, readers, positions } = channel;
  const bins = binsOf(positions, log.first, log.last);
  // The readers that are not described one by one are at the end of the log.
  const others = Math.max(readers.total - positions.length, 0);
  bins[BINS - 1]!.live += others;
  const most = Math.max(...bins.map((one) => one.live + one.lagging), 1);
  const lagging = positions.filter((one) => one.lagging).length;
  return html`<figure class="log-window">
    <svg
      viewBox="0 0 ${WIDTH} ${BAND_Y + BAND_HEIGHT + 4}"
      preserveAspectRatio="none"
      role="img"
      aria-label=${text.label(count(log.first), count(log.last), readers.total, lagging)}
    >
      <rect class="log-band" x="0" y=${BAND_Y} width=${WIDTH} height=${BAND_HEIGHT} rx="3"></rect>
      ${bins.map((bin, index) => marker(bin, index, most))}
    </svg>
    <figcaption class="log-edges">
      <span>
        <strong>${count(log.first)}</strong>
        <span class="muted"
          >${log.oldestMs === null ? text.none : text.oldest(duration(log.oldestMs))}</span
        >
      </span>
      <span class="log-legend">
        <span class="legend-live">${text.live}</span>
        <span class="legend-lagging">${text.lagging}</span>
      </span>
      <span>
        <strong>${count(log.last)}</strong>
        <span class="muted"
          >${log.newestMs === null ? text.none : text.newest(duration(log.newestMs))}</span
        >
      </span>
    </figcaption>
  </figure>`;
}

/** Counts readers by parts of the log; those before its first entry are in the first. */
function binsOf(positions: readonly Position[], first: number, last: number): Bin[] {
  const bins = Array.from({ length: BINS }, (): Bin => ({ live: 0, lagging: 0 }));
  const span = Math.max(last - first + 1, 1);
  for (const one of positions) {
    if (one.place === null) continue;
    const share = (one.place - first + 1) / span;
    const index = Math.min(Math.max(Math.ceil(share * BINS) - 1, 0), BINS - 1);
    bins[index]![one.lagging ? "lagging" : "live"] += 1;
  }
  return bins;
}

function marker(bin: Bin, index: number, most: number) {
  const all = bin.live + bin.lagging;
  if (!all) return nothing;
  const x = (index * WIDTH) / BINS + 1;
  const width = WIDTH / BINS - 2;
  const height = Math.max((all / most) * HIGHEST, 8);
  const lagging = (bin.lagging / all) * height;
  return svg`<g>
    <title>${text.bin(bin.live, bin.lagging)}</title>
    <rect class="reader-live" x=${x} y=${BAND_Y - 4 - height} width=${width}
      height=${height - lagging}></rect>
    <rect class="reader-lagging" x=${x} y=${BAND_Y - 4 - lagging} width=${width}
      height=${lagging}></rect>
    <rect class=${bin.lagging ? "reader-lagging" : "reader-live"} x=${x} y=${BAND_Y}
      width=${width} height=${BAND_HEIGHT}></rect>
  </g>`;
}
