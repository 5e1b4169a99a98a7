// Comfort only: while somebody writes, the preview follows, each part after the fields it shows. Without this a button does it.
"use strict";

for (const form of document.querySelectorAll("form[data-preview]")) {
  const timers = {};
  const asked = {};

  const refresh = async (part) => {
    const number = (asked[part] = (asked[part] || 0) + 1);
    const fields = new URLSearchParams(new FormData(form));
    fields.set("action", "preview");
    fields.set("fragment", part);
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields, redirect: "error" });
      if (answer.ok && number === asked[part]) document.getElementById(part).innerHTML = await answer.text();
    } catch {
      // Offline or logged out: what was written stays, and saving will say why it does not work.
    }
  };

  form.addEventListener("input", (event) => {
    const parts = event.target.closest("[data-fragment]")?.dataset.fragment || "preview";
    for (const part of parts.split(" ")) {
      clearTimeout(timers[part]);
      timers[part] = setTimeout(refresh, 500, part);
    }
  });
}
