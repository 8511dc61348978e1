// What the desk does by itself: marks the chosen card, opens panels, never loses typed text.
"use strict";
function openPanels() {
  return [...document.querySelectorAll("#alert-panels .panel:not([hidden])")];
}

function mark() {
  const alert = document.getElementById("alert");
  for (const card of document.querySelectorAll(".alert[data-number]")) {
    if (!!alert && card.dataset.number === alert.dataset.number) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
}

function close(panel) {
  panel.reset();
  panel.hidden = true;
}

function press(event) {
  const opens = event.target.closest("[data-opens]");
  const closes = event.target.closest("[data-closes]");
  if (opens) {
    for (const other of openPanels()) if (other.id !== opens.dataset.opens) other.hidden = true;
    const panel = document.getElementById(opens.dataset.opens);
    panel.hidden = !panel.hidden;
    if (panel.hidden) return;
    panel.scrollIntoView({ block: "nearest" });
    const first = panel.querySelector("textarea, select, input:not([type=hidden])");
    if (first) first.focus();
  } else if (closes) {
    const panel = closes.closest(".panel");
    if (panel) close(panel);
    else document.getElementById("said").replaceChildren();
  }
}

function typing(panel) {
  return [...panel.querySelectorAll("textarea, select, input:not([type=hidden])")].some((field) =>
    field.type === "radio" ? field.checked : field.value !== "");
}

const hand = { down: false, missed: false };

function lift() { // the click comes right after; what was held back is shown then
  setTimeout(() => {
    hand.down = false;
    if (hand.missed) renew();
    hand.missed = false;
  }, 200);
}

document.addEventListener("pointerdown", () => { hand.down = true; });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, lift);
document.addEventListener("htmx:beforeSwap", (event) => { // nothing moves under a finger
  if (hand.down && event.detail.requestConfig.elt.hasAttribute("data-live")) {
    event.detail.shouldSwap = false;
    hand.missed = true;
  }
});
document.addEventListener("htmx:oobBeforeSwap", (event) => { // what is the same keeps its focus
  const fresh = event.detail.fragment.firstElementChild;
  if (fresh && fresh.isEqualNode(event.detail.target)) event.detail.shouldSwap = false;
});
document.addEventListener("click", press);
document.addEventListener("htmx:configRequest", (event) => { // an open or begun panel stays as it is
  const kept = [...document.querySelectorAll("#alert-panels .panel")].some((p) => p !== event.detail.elt && (!p.hidden || typing(p)));
  if (kept && event.detail.path.startsWith("/alerts/")) event.detail.parameters["keep"] = "1";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (event.detail.successful && form.matches(".panel")) close(form);
  if (event.detail.successful && form.matches("form")) document.getElementById("said").replaceChildren();
});
document.addEventListener("htmx:afterSettle", () => {
  const desk = document.getElementById("desk");
  if (desk) desk.dataset.view = location.pathname === "/" ? "list" : "alert";
  mark();
  tick();
});
document.addEventListener("htmx:pushedIntoHistory", () => window.scrollTo(0, 0));
mark();
