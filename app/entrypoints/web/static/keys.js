// The keyboard: j and k go through rows, letters press what is on the page, g and a letter go elsewhere.
"use strict";
(() => {
  const dialog = document.getElementById("keys");
  const help = document.getElementById("help");
  const ASKS = { resolve: "Resolve", "second-line": "Call second line for" };
  const ACTS = { a: "acknowledge", r: "resolve", e: "second-line" };
  let here = null; // The id of the chosen row: rows come and go while one looks.
  let going = 0;

  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => !row.hidden);
  const mark = () => {
    for (const row of document.querySelectorAll("[data-row]")) row.classList.toggle("here", row.id === here);
  };
  const chosen = () => rows().find((row) => row.id === here);
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.id === here);
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    here = next.id;
    mark();
    next.querySelector("a")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:sse:after:message", mark);

  const act = (action) => {
    const button = document.querySelector(`[data-act="${action}"]`);
    if (button) return button.click();
    const form = document.getElementById("act"), row = chosen();
    if (!form || !row?.dataset.id) return;
    const title = row.querySelector("a")?.textContent ?? "";
    if (ASKS[action] && !confirm(`${ASKS[action]} “${title}”?`)) return;
    form.action = `/incidents/${row.dataset.id}/${action}`;
    form.submit();
  };
  const enter = (name) => {
    const field = document.querySelector(`[data-field="${name}"]`);
    if (!field) return false;
    for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    field.focus();
    return true;
  };
  const go = (key) => {
    const link = document.querySelector(`.top nav a[data-key="${CSS.escape(key)}"]`);
    if (link) location.href = link.href;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (dialog?.open) return;
    const key = event.key;
    if (Date.now() - going < 1500) {
      going = 0;
      event.preventDefault();
      return go(key);
    }
    if (key === "g") going = Date.now();
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "Enter" && !event.target.closest("a, button, summary") && chosen()) chosen().querySelector("a")?.click();
    else if (ACTS[key]) act(ACTS[key]);
    else if (key === "s") enter("snooze");
    else if (key === "n") { if (!enter("note")) return; }
    else if (key === "/") { if (!enter("find")) return; }
    else if (key === "?") dialog?.showModal();
    else return;
    event.preventDefault();
  });
  if (help) {
    help.hidden = false;
    help.addEventListener("click", () => dialog.showModal());
  }

  // Finding in what is on the page.
  const find = document.querySelector('[data-field="find"]');
  const sift = () => {
    const wanted = find.value.trim().toLowerCase();
    for (const row of document.querySelectorAll("[data-row]")) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  };
  if (find) {
    find.hidden = false;
    find.addEventListener("input", sift);
    document.addEventListener("htmx:sse:after:message", sift);
  }
})();
