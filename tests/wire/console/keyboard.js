// What the Tab key reaches on a page, and what it should reach.
(() => {
  const SELECTOR =
    "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]";

  const isReachable = (one) =>
    one.tabIndex >= 0 &&
    !one.disabled &&
    one.type !== "hidden" &&
    !one.closest("[inert]") &&
    one.checkVisibility({ visibilityProperty: true }) &&
    (one.tagName !== "SUMMARY" || one.parentElement.tagName === "DETAILS");

  // Of the buttons of one radio group the Tab key reaches one.
  const nameOf = (one) => (one.type === "radio" && one.name ? `radio ${one.name}` : one);

  const seen = new Set();
  const hidden = new Set();

  const describe = (one) => one.outerHTML.slice(0, 160);

  // Fields of which the browser marks the part that has the focus.
  const OF_PARTS = ["date", "time", "datetime-local", "month", "week"];

  const isMarked = (one) => {
    const style = getComputedStyle(one);
    return (
      (style.outlineStyle !== "none" && style.outlineWidth !== "0px") ||
      style.boxShadow !== "none" ||
      OF_PARTS.includes(one.type)
    );
  };

  window.keyboard = {
    // Notes what has the focus.
    step() {
      const one = document.activeElement;
      if (!one || one === document.body) return;
      const box = one.getBoundingClientRect();
      const shown =
        box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth &&
        box.bottom > 0 && box.top < innerHeight;
      if (!shown || !isMarked(one)) hidden.add(describe(one));
      seen.add(nameOf(one));
    },
    count: () => [...document.querySelectorAll(SELECTOR)].filter(isReachable).length,
    // What was not reached, and what had the focus without showing it.
    missed: () =>
      [...document.querySelectorAll(SELECTOR)]
        .filter((one) => isReachable(one) && !seen.has(nameOf(one)))
        .map(describe),
    hidden: () => [...hidden],
  };
})();
