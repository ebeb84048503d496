import { routes, type Parameters, type Route } from "./routes";

const BASE = "/console";

export interface Match {
  readonly route: Route;
  readonly parameters: Parameters;
}

/** Returns the URL path of a page, such as `path("apis", id, "plans")`. */
export function path(...parts: string[]): string {
  return [BASE, ...parts.map(encodeURIComponent)].join("/");
}

/** Returns the page of a URL path. */
export function match(pathname: string): Match | undefined {
  const segments = decoded(split(pathname.slice(BASE.length)));
  if (!segments) return undefined;
  for (const route of routes) {
    const parameters = parametersOf(split(route.path), segments);
    if (parameters) return { route, parameters };
  }
  return undefined;
}

function split(path: string): string[] {
  return path.split("/").filter(Boolean);
}

/** Undefined for a malformed percent encoding, such as `%zz`. */
function decoded(segments: string[]): string[] | undefined {
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function parametersOf(pattern: string[], segments: string[]): Parameters | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]!;
    if (part.startsWith(":")) parameters[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parameters;
}

/** Asks whether the user leaves a page with unsaved changes. */
export type LeaveGuard = () => Promise<boolean>;

/** The address of the page, which links and pages change. */
class Router extends EventTarget {
  private guard: LeaveGuard | undefined;
  private shown = "";

  start(): void {
    this.shown = location.href;
    document.addEventListener("click", (event) => this.clicked(event));
    addEventListener("popstate", () => void this.moved());
    addEventListener("beforeunload", (event) => {
      if (this.guard) event.preventDefault();
    });
  }

  /** Shows another page. */
  async go(url: string, options: { readonly replace?: boolean } = {}): Promise<void> {
    if (!(await this.mayLeave(url))) return;
    if (options.replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.changed();
  }

  /** Changes the query of this page; undefined and empty values are left out. */
  setQuery(values: Readonly<Record<string, string | undefined>>): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const written = query.toString();
    history.replaceState(null, "", location.pathname + (written ? `?${written}` : ""));
    this.changed();
  }

  /** The query of this page. */
  get query(): URLSearchParams {
    return new URLSearchParams(location.search);
  }

  /**
   * Sets what is asked before another page is shown, while a page has unsaved changes.
   *
   * @param guard undefined when nothing is unsaved.
   */
  setGuard(guard: LeaveGuard | undefined): void {
    this.guard = guard;
  }

  private async mayLeave(url: string): Promise<boolean> {
    const other = new URL(url, location.href).pathname !== new URL(this.shown).pathname;
    if (other && this.guard && !(await this.guard())) return false;
    if (other) this.guard = undefined;
    return true;
  }

  private async moved(): Promise<void> {
    const wanted = location.href;
    if (this.guard) {
      history.pushState(null, "", this.shown);
      await this.go(wanted);
    } else this.changed();
  }

  private changed(): void {
    this.shown = location.href;
    this.dispatchEvent(new Event("change"));
  }

  private clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey) return;
    if (event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || !url.pathname.startsWith(BASE)) return;
    // A fragment of this page, such as the link that skips the navigation.
    if (url.hash && url.pathname === location.pathname) return;
    event.preventDefault();
    void this.go(url.href);
  }
}

export const router = new Router();
