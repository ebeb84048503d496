import type { ReactiveController, ReactiveControllerHost } from "lit";
import { router } from "../routing/router";
import { words } from "../words/en";
import { confirm } from "./dialog";

/** Asks before a page with unsaved changes is left. */
export class Unsaved implements ReactiveController {
  /**
   * @param isChanged whether something is unsaved; read after each render.
   */
  constructor(
    host: ReactiveControllerHost,
    private readonly isChanged: () => boolean,
    private readonly texts = {
      title: words.common.unsavedTitle as string,
      text: words.common.unsavedText as string,
      discard: words.common.discard as string,
      keep: words.common.keepEditing as string,
    },
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    router.setGuard(this.isChanged() ? () => this.ask() : undefined);
  }

  hostDisconnected(): void {
    router.setGuard(undefined);
  }

  private ask(): Promise<boolean> {
    return confirm({
      title: this.texts.title,
      content: this.texts.text,
      action: this.texts.discard,
      cancel: this.texts.keep,
      danger: true,
    });
  }
}
