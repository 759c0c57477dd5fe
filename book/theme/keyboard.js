// What the keyboard and who listens to the page need, and mdBook does not give.

(() => {
  "use strict";

  // The contents: the button does what a label did.
  const sidebar = document.getElementById("mdbook-sidebar-toggle-anchor");
  document.getElementById("mdbook-sidebar-toggle").addEventListener("click", () => {
    sidebar.checked = !sidebar.checked;
    sidebar.dispatchEvent(new Event("change"));
  });
  for (const link of document.querySelectorAll("#mdbook-sidebar a.active")) {
    link.setAttribute("aria-current", "page");
  }

  // A box whose content is wider takes the focus, and the arrows scroll it instead
  // of turning the page. All are measured before one is changed: that makes one layout.
  const boxes = document.querySelectorAll("main pre > code, main .table-wrapper");
  const look = new ResizeObserver((entries) => {
    const measured = entries.map(({ target: box }) => [box, box.scrollWidth > box.clientWidth]);
    for (const [box, isWide] of measured) {
      if (isWide) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", box.tagName === "CODE" ? "Wide code" : "Wide table");
      } else if (box.hasAttribute("tabindex")) {
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
    }
  });
  for (const box of boxes) {
    look.observe(box);
    box.addEventListener("keydown", (event) => {
      const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
      if (sideways && event.target === box) event.stopPropagation();
    });
  }

  // Paper shows what is folded.
  const fold = document.querySelectorAll("main details");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...fold].filter((details) => !details.open);
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
