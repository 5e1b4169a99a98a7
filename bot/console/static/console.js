// Comfort only: every page works without it.
"use strict";

// Ask before something that cannot be taken back.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A form that is on its way is not sent twice, unless a file comes back and the page stays.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if ("again" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Copy a text with one click; without this it is marked and copied by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const area = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    area.select();
    await navigator.clipboard.writeText(area.value);
    button.textContent = "已复制";
  });
}
