// Counts on what the server said: the clock, how long ago, how soon. Same words as words.py.
"use strict";
const skew = Date.parse(document.body.dataset.now) - Date.now();
const WEEK = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

function span(s) {
  s = Math.max(0, Math.floor(s));
  if (s < 600) return Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0");
  if (s < 7200) return Math.floor(s / 60) + " 分";
  return s < 172800 ? Math.floor(s / 3600) + " 小时" : Math.floor(s / 86400) + " 天";
}

function ahead(s) {
  s = Math.floor(s);
  if (s <= 0) return "马上";
  if (s < 120) return s + " 秒后";
  return s < 7200 ? Math.floor(s / 60) + " 分后" : Math.floor(s / 3600) + " 小时后";
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  const now = Date.now() + skew;
  const here = new Date(now + 8 * 3600 * 1000); // the wall clock of the place, read as UTC
  const two = (n) => String(n).padStart(2, "0");
  const clock = document.getElementById("clock");
  if (clock) {
    const time = [here.getUTCHours(), here.getUTCMinutes(), here.getUTCSeconds()].map(two).join(":");
    put(clock, `${here.getUTCMonth() + 1}月${here.getUTCDate()}日 ${WEEK[here.getUTCDay()]} ${time}`);
  }
  for (const e of document.querySelectorAll("[data-since]")) put(e, span((now - Date.parse(e.dataset.since)) / 1000));
  for (const e of document.querySelectorAll("[data-until]")) put(e, ahead((Date.parse(e.dataset.until) - now) / 1000));
}
tick();
setInterval(tick, 1000);
