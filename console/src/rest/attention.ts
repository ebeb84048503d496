const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"] as const;
const LONGEST_MS = 60_000;
let lastMs = performance.now();

for (const sign of SIGNS) {
  addEventListener(sign, () => (lastMs = performance.now()), { capture: true, passive: true });
}

/** Whether nobody has used the page for a while, although the page may update itself. */
export function isUnattended(): boolean {
  return performance.now() - lastMs > LONGEST_MS;
}
