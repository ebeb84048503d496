import { session } from "./session/session";
import { router } from "./routing/router";
import { applyTheme } from "./shell/theme";
import "./shell/app";

applyTheme();
router.start();
void session.load().catch(() => undefined).finally(() => {
  document.querySelector("relay-app")!.ready = true;
});
