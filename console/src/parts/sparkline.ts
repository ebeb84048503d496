import { svg, html, type TemplateResult } from "lit";

const WIDTH = 96;
const HEIGHT = 24;

/**
 * A small line of values over time.
 *
 * @param values the oldest first; undefined is a gap.
 * @param label for screen readers.
 */
export function sparkline(
  values: readonly (number | undefined | null)[],
  label: string,
): TemplateResult {
  const most = Math.max(...values.map((one) => one ?? 0), 1e-9);
  const step = WIDTH / Math.max(values.length - 1, 1);
  let path = "";
  let drawing = false;
  for (const [index, value] of values.entries()) {
    if (value === undefined || value === null) {
      drawing = false;
      continue;
    }
    const y = HEIGHT - 2 - (value / most) * (HEIGHT - 4);
    path += `${drawing ? "L" : "M"}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    drawing = true;
  }
  return html`<svg
    class="sparkline"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width=${WIDTH}
    height=${HEIGHT}
    role="img"
    aria-label=${label}
  >
    ${svg`<path d=${path}></path>`}
  </svg>`;
}
