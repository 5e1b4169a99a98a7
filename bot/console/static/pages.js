// Comfort only: while somebody writes an entry, its preview follows. Without this the button does the same.
"use strict";

for (const form of document.querySelectorAll("form[data-preview]")) {
  const shown = document.getElementById("preview");
  let timer = 0;
  let asked = 0;

  const refresh = async () => {
    const number = ++asked;
    const fields = new URLSearchParams(new FormData(form));
    fields.set("action", "preview");
    fields.set("fragment", "1");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields, redirect: "error" });
      if (answer.ok && number === asked) shown.innerHTML = await answer.text();
    } catch {
      // Offline or logged out: what was written stays, and saving will say why it does not work.
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 500);
  });
}
