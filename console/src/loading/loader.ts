import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { messageOf } from "../rest/rest-error";
import { words } from "../words/en";

/**
 * Loads a value for an element while the element is on the page, and renders the element
 * again when the value changes.
 */
export class Loader<T> implements ReactiveController {
  value: T | undefined;
  error: unknown;
  pending = false;
  private running: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private connected = false;

  /**
   * @param load is called at the start, by `reload`, and again after each `everyMs`.
   * @param options.everyMs milliseconds between the end of a load and the next one.
   */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly load: (signal: AbortSignal) => Promise<T>,
    private readonly options: { readonly everyMs?: number } = {},
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.connected = true;
    void this.reload();
  }

  hostDisconnected(): void {
    this.connected = false;
    this.stop();
  }

  /** Loads the value again; a load that runs is given up. */
  async reload(): Promise<void> {
    this.stop();
    const running = (this.running = new AbortController());
    this.pending = true;
    this.host.requestUpdate();
    try {
      const value = await this.load(running.signal);
      if (running.signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error;
    }
    this.pending = false;
    this.host.requestUpdate();
    const { everyMs } = this.options;
    if (everyMs && this.connected) this.timer = setTimeout(() => void this.reload(), everyMs);
  }

  /** Takes a value that a page has received in another way, such as by saving it. */
  set(value: T): void {
    this.value = value;
    this.error = undefined;
    this.host.requestUpdate();
  }

  /** Renders the value, or what stands in its way. A value that was loaded stays visible. */
  show(render: (value: T) => TemplateResult | typeof import("lit").nothing): unknown {
    if (this.value !== undefined) return render(this.value);
    if (this.error !== undefined) {
      return html`<div class="notice notice-error" role="alert">
        <p>${messageOf(this.error)}</p>
        <button type="button" @click=${() => this.reload()}>${words.common.tryAgain}</button>
      </div>`;
    }
    return html`<p class="loading" role="status">${words.common.loading}</p>`;
  }

  private stop(): void {
    this.running?.abort();
    clearTimeout(this.timer);
  }
}
