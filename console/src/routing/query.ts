import type { ReactiveController, ReactiveControllerHost } from "lit";
import { router } from "./router";

/** The query of the page's URL: filters that a link keeps. The host renders when it changes. */
export class Query implements ReactiveController {
  private readonly changed = (): void => {
    this.host.requestUpdate();
    this.onChange?.();
  };

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly onChange?: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    router.addEventListener("change", this.changed);
  }

  hostDisconnected(): void {
    router.removeEventListener("change", this.changed);
  }

  get(name: string): string {
    return router.query.get(name) ?? "";
  }

  /** A positive whole number; `otherwise` if the query has none. */
  number(name: string, otherwise: number): number {
    const value = Number(this.get(name));
    return Number.isInteger(value) && value > 0 ? value : otherwise;
  }

  set(values: Readonly<Record<string, string | undefined>>): void {
    router.setQuery(values);
  }
}
