import type { ReactiveController, ReactiveControllerHost } from "lit";
import { post, send, type Call } from "../../rest/call";
import { environment } from "../../rest/paths";
import type { Draft } from "./draft";
import { pathMistake } from "./steps";

const DELAY_MS = 250;

interface Verdict {
  readonly ok: boolean;
  readonly reason?: string;
}

/** Asks the server whether the context-paths of a draft are free, once typing pauses. */
export class PathVerdicts implements ReactiveController {
  private readonly known = new Map<string, Verdict>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.timer);
  }

  /** The verdict about a path; undefined while it is not known. */
  of(draft: Draft, index: number): Verdict | undefined {
    return this.known.get(keyOf(draft, index));
  }

  /** Asks about the paths that were changed. */
  ask(draft: Draft): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      draft.paths.forEach((_, index) => void this.verify(draft, index));
    }, DELAY_MS);
  }

  private async verify(draft: Draft, index: number): Promise<void> {
    const key = keyOf(draft, index);
    if (this.known.has(key) || pathMistake(draft, index)) return;
    try {
      this.known.set(key, await send<Verdict>(verifyCall(draft, index)));
      this.host.requestUpdate();
    } catch {
      // The check at the end of the step says what is wrong with the connection.
    }
  }
}

function verifyCall(draft: Draft, index: number): Call {
  const { host, path } = draft.paths[index]!;
  const wanted = draft.hasHosts && host ? { host, path } : { path };
  return post(environment("apis", "_verify", "paths"), { paths: [wanted] });
}

function keyOf(draft: Draft, index: number): string {
  const { host, path } = draft.paths[index]!;
  return JSON.stringify([draft.hasHosts ? host : "", path]);
}
