// The keyboard of the triage queue: x chooses the row that j and k have reached, a letter goes to what to do with it.
"use strict";
(() => {
  const FIELDS = { h: "squad", p: "severity", m: "length" };
  const here = () => document.querySelector("[data-row].here input[type=checkbox]");
  const isChosen = () => document.querySelector("[data-row] input:checked");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-row] input")) return event.preventDefault(); // It would send the form.
    const isTyping = event.target.closest("textarea, select, input:not([type=checkbox])");
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    if (document.querySelector("dialog[open]") || !(event.key === "x" || event.key === "c" || FIELDS[event.key])) return;
    const box = here();
    if (event.key === "x") {
      if (box) box.checked = !box.checked;
    } else {
      if (box && !isChosen()) box.checked = true;
      const goal = event.key === "c" ? '#decide [data-act="close"]' : `#decide [data-field="${FIELDS[event.key]}"]`;
      document.querySelector(goal)?.focus();
    }
    event.preventDefault();
  });
})();
