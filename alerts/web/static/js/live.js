// Keeps the page true: one event stream, and a red page with a sound when it falls silent.
"use strict";
const SILENT_MS = 15000; // the hub says something every 5 s
const AGAIN_MS = 2000;
const SOON_MS = 250; // many changes at once are one look
const TITLE = document.title;
const live = { source: null, heardAt: Date.now(), life: 0, waiting: 0, lost: false, ended: false, soon: 0, retry: 0 };

function heard() {
  live.heardAt = Date.now();
  if (live.lost) setLost(false);
}

function setLost(lost) {
  live.lost = lost;
  document.body.dataset.link = lost ? "lost" : "ok";
  document.getElementById("lost").hidden = !lost;
  document.getElementById("again").hidden = !live.ended;
  document.getElementById("link").textContent = lost ? "断开" : "实时";
  document.getElementById("lost-text").textContent = live.ended ? "登录已结束，这里不再更新" : "与系统断开，请看警灯，正在重连";
  sounding();
}

function sounding() {
  ring(live.lost ? "lost" : live.life > 0 ? "life" : "");
  document.title = live.lost ? "断开 · " + TITLE : live.waiting > 0 ? `(${live.waiting}) ${TITLE}` : TITLE;
}

function renew() {
  clearTimeout(live.soon);
  live.soon = 0;
  for (const part of document.querySelectorAll("[data-live]")) htmx.trigger(part, "live");
}

function onAlerts(event) {
  heard();
  const now = JSON.parse(event.data);
  live.life = now.life;
  live.waiting = now.waiting;
  sounding();
  if (!live.soon) live.soon = setTimeout(renew, SOON_MS);
}

function ended() {
  live.ended = true;
  if (live.source) live.source.close();
  setLost(true);
}

function connect() {
  if (live.ended) return;
  if (live.source) live.source.close();
  live.source = new EventSource(document.body.dataset.stream);
  live.source.addEventListener("alerts", onAlerts);
  live.source.addEventListener("beat", heard);
  live.source.addEventListener("ended", ended);
  live.source.onerror = () => {
    live.source.close();
    clearTimeout(live.retry);
    live.retry = setTimeout(ask, AGAIN_MS);
  };
}

async function ask() { // a refused login looks to EventSource like a dead hub
  try {
    const answer = await fetch("/v1/session", { cache: "no-store" });
    if (answer.status === 401) return ended();
  } catch (_unreachable) { /* the watch below says so */ }
  connect();
}

setInterval(() => {
  if (!live.lost && Date.now() - live.heardAt > SILENT_MS) {
    setLost(true);
    connect();
  }
}, 1000);
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) ended();
});
window.addEventListener("pagehide", () => live.source && live.source.close());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
document.body.dataset.link = "ok";
connect();
