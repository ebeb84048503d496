import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type uPlot from "uplot";
import { Part } from "./part";

export interface Series {
  readonly label: string;
  /** A custom property of the theme, such as `--series-1`. */
  readonly color: string;
  readonly values: readonly (number | null)[];
}

const HEIGHT_PX = 180;
/** The labels of the time axis have minutes: a shorter step would repeat them. */
const TIME_STEPS_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];

/** A chart over time. The library that draws it is loaded when the first chart is shown. */
@customElement("relay-chart")
export class Chart extends Part {
  @property({ attribute: false }) label = "";
  /** Seconds since the Unix epoch, the oldest first. */
  @property({ attribute: false }) times: readonly number[] = [];
  @property({ attribute: false }) series: readonly Series[] = [];
  /** Writes a value of the vertical axis. */
  @property({ attribute: false }) format: (value: number) => string = String;
  private plot: uPlot | undefined;
  private drawn = "";
  private readonly resized = new ResizeObserver(() => this.fit());
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");
  private readonly redraw = (): void => {
    this.drawn = "";
    void this.draw();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.scheme.addEventListener("change", this.redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.scheme.removeEventListener("change", this.redraw);
    this.resized.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
    this.drawn = "";
  }

  override render() {
    return html`<figure class="chart">
      <figcaption>${this.label}</figcaption>
      <div class="chart-plot" role="img" aria-label=${this.summary()}></div>
    </figure>`;
  }

  override updated(): void {
    void this.draw();
  }

  private summary(): string {
    const newest = this.series.map((one) => {
      const value = one.values.at(-1);
      return `${one.label}: ${value === null || value === undefined ? "–" : this.format(value)}`;
    });
    return `${this.label}. ${newest.join(", ")}`;
  }

  private async draw(): Promise<void> {
    const { default: UPlot } = await import("./plot");
    const place = this.querySelector<HTMLElement>(".chart-plot");
    if (!place || !this.isConnected) return;
    const data = [this.times, ...this.series.map((one) => one.values)] as uPlot.AlignedData;
    const shape = this.series.map((one) => one.label + one.color).join();
    if (this.plot && this.drawn === shape) return this.plot.setData(data);
    this.plot?.destroy();
    this.plot = new UPlot(this.options(place), data, place);
    this.drawn = shape;
    this.resized.observe(place);
  }

  private options(place: HTMLElement): uPlot.Options {
    const style = getComputedStyle(this);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: color("--text-muted"), grid: { stroke: color("--line"), width: 1 } };
    return {
      width: place.clientWidth || 300,
      height: HEIGHT_PX,
      cursor: { y: false },
      series: [
        {},
        ...this.series.map((one) => ({
          label: one.label,
          stroke: color(one.color),
          width: 2,
          points: { show: false },
          value: (_plot: uPlot, value: number | null) =>
            value === null ? "–" : this.format(value),
        })),
      ],
      axes: [
        { ...axis, values: "{HH}:{mm}", incrs: TIME_STEPS_S },
        { ...axis, size: 64, values: (_plot, values) => values.map((one) => this.format(one)) },
      ],
      scales: { y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
    };
  }

  private fit(): void {
    const place = this.querySelector<HTMLElement>(".chart-plot");
    if (this.plot && place) this.plot.setSize({ width: place.clientWidth, height: HEIGHT_PX });
  }
}
