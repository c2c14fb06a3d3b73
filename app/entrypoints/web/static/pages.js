// What a page does by itself while it is open: it keeps its times true, says whether it is up to date, and remembers
// how its reader likes it. Everything that matters works without this file.
"use strict";
(() => {
  const STALE_AFTER = 25_000; // The server is heard every 10 seconds.
  const POLLS_EVERY = 10_000;
  const root = document.documentElement;
  const sign = document.getElementById("live");
  const piece = document.querySelector("[hx-sse\\:connect]");
  const year = 365 * 86_400;

  const keep = (name, value) => {
    document.cookie = `${name}=${value};path=/;max-age=${year};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  };
  const kept = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && kept("oncall_zone") !== zone) {
    keep("oncall_zone", zone);
    if (kept("oncall_zone") === zone) location.replace(location.href);
  }

  // Times: the server's clock counts, whatever this machine's says.
  let ahead = 0;
  const served = document.querySelector("meta[name=served-at]")?.content;
  if (served) ahead = Date.now() - Date.parse(served);
  const two = (number) => String(number).padStart(2, "0");
  const span = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    const minutes = Math.floor(s / 60), hours = Math.floor(s / 3600), days = Math.floor(s / 86_400);
    if (hours < 1) return `${minutes}:${two(s % 60)}`;
    return days < 1 ? `${hours} h ${two(minutes % 60)}` : `${days} d ${hours % 24} h`;
  };
  const tick = () => {
    const now = Date.now() - ahead;
    for (const one of document.querySelectorAll("time[data-until]")) one.textContent = span((Date.parse(one.dateTime) - now) / 1000);
    for (const one of document.querySelectorAll("time[data-age]")) one.textContent = span((now - Date.parse(one.dateTime)) / 1000);
  };
  tick();
  setInterval(tick, 1000);

  // Whether what is shown is so.
  let heard = Date.now();
  let polling = false;
  const say = (state, text) => {
    root.dataset.live = state;
    sign.hidden = false;
    if (sign.textContent !== text) sign.textContent = text;
  };
  const fresh = () => {
    heard = Date.now();
    polling = false;
    say("on", "live");
  };
  const clock = () => new Date(heard).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const lost = (event) => {
    if (event.detail?.status === 401 || event.detail?.ctx?.response?.status === 401) say("out", "signed out: reload the page");
    else if (!polling && root.dataset.live !== "stale" && root.dataset.live !== "out") say("reconnecting", "reconnecting");
  };
  const counted = () => {
    const count = piece?.querySelector("[data-unowned]")?.dataset.unowned;
    if (count === undefined) return;
    const plain = document.title.replace(/^\(\d+\) /, "");
    document.title = count === "0" ? plain : `(${count}) ${plain}`;
  };
  if (piece) {
    document.addEventListener("htmx:sse:after:connection", fresh);
    document.addEventListener("htmx:sse:before:message", (event) => {
      if (event.detail.message.event !== "late") fresh();
    });
    document.addEventListener("htmx:sse:after:message", () => { tick(); counted(); });
    document.addEventListener("htmx:sse:error", lost);
    document.addEventListener("htmx:error", lost);
    document.addEventListener("htmx:response:error", lost);
    setInterval(() => {
      const isOld = Date.now() - heard > STALE_AFTER;
      if (document.hidden || root.dataset.live === "out" || !(polling || isOld)) return;
      if (isOld) say("stale", `not updated since ${clock()}`);
      poll();
    }, POLLS_EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  }

  // Where no stream gets through, the piece is fetched instead, and the stream is tried again.
  async function poll() {
    const address = piece.getAttribute("hx-sse:connect");
    try {
      const reply = await fetch(`${address}${address.includes("?") ? "&" : "?"}once`, { headers: { accept: "text/html" } });
      if (reply.status === 401) return say("out", "signed out: reload the page");
      if (!reply.ok) return;
      await htmx.swap({ text: await reply.text(), target: piece, swap: "innerMorph", sourceElement: piece });
      heard = Date.now();
      polling = true;
      say("on", "up to date");
      tick();
      counted();
      htmx.trigger(piece, "live:again");
    } catch { /* It is said already that this is old. */ }
  }

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "true";
    setTimeout(() => delete event.target.dataset.sent, 5000);
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A menu closes when one looks elsewhere.
  const more = document.getElementById("more");
  document.addEventListener("click", (event) => { if (more?.open && !more.contains(event.target)) more.open = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more?.open) return;
    more.open = false;
    more.querySelector("summary").focus();
  });

  // Dark or light, against what the machine says.
  const button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const named = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  if (button) {
    button.hidden = false;
    named();
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      keep("oncall_theme", root.dataset.theme);
      named();
    });
  }
})();
