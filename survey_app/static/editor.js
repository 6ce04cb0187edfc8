// Keys for the question form; every one of them has a button that works without this file.
// Enter adds a choice, Ctrl+Enter saves and opens a new question, Alt+Up/Down moves.
"use strict";

(() => {
  const form = document.querySelector("[data-editor]");
  if (!form) return;
  const list = form.querySelector("#choices");
  const english = form.querySelector("[data-english]");
  const pins = form.querySelector(".pins");
  const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
  const letter = (index) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index] || String(index + 1);
  const rows = () => [...list.querySelectorAll("[data-choice]")];
  const words = (row) => row.querySelector("[name=choice_text]");
  let changed = false;

  const newId = () => [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => ALPHABET[byte % ALPHABET.length]).join("");

  const relabel = (element, name) => {
    for (const attribute of ["aria-label", "placeholder"]) {
      const text = element.getAttribute(attribute);
      if (text) element.setAttribute(attribute, text.replace(/\S+$/, name));
    }
  };

  const renumber = () => rows().forEach((row, index) => {
    const name = letter(index);
    row.querySelector(".letter").textContent = name;
    row.querySelector("[data-letter]").textContent = name;
    relabel(words(row), name);
    for (const hidden of row.querySelectorAll(".moves .visually-hidden")) {
      hidden.textContent = hidden.textContent.replace(/\S+$/, name);
    }
    for (const part of [english && english.children[index], pins && pins.children[index]]) {
      if (part) part.querySelector(".letter").textContent = name;
    }
  });

  // The English row and the pin of a choice stand at the same place in lists of their own.
  const companions = (index) => [english, pins].filter(Boolean).map((part) => part.children[index]);

  const move = (row, step) => {
    const all = rows();
    const from = all.indexOf(row);
    const to = from + step;
    if (to < 0 || to >= all.length) return;
    const pairs = [[row, all[to]], ...companions(from).map((one, i) => [one, companions(to)[i]])];
    for (const [one, other] of pairs) {
      if (step < 0) other.before(one); else other.after(one);
    }
    changed = true;
    renumber();
  };

  const blankCopy = (node, id) => {
    const copy = node.cloneNode(true);
    for (const field of copy.querySelectorAll("textarea")) field.value = "";
    for (const box of copy.querySelectorAll("input[type=radio], input[type=checkbox]")) {
      box.checked = false;
      box.value = id;
    }
    for (const hidden of copy.querySelectorAll("[name=choice_id]")) hidden.value = id;
    for (const button of copy.querySelectorAll("[name=action]")) {
      button.value = button.value.split(":")[0] + ":" + id;
    }
    return copy;
  };

  const add = (after) => {
    const all = rows();
    if (all.length >= 50) return;
    const index = after ? all.indexOf(after) : all.length - 1;
    const id = newId();
    const fresh = blankCopy(all[index], id);
    for (const part of companions(index)) part.after(blankCopy(part, id));
    all[index].after(fresh);
    renumber();
    words(fresh).focus();
  };

  const remove = (row) => {
    const all = rows();
    if (all.length <= 1) return;
    const index = all.indexOf(row);
    for (const part of companions(index)) part.remove();
    row.remove();
    changed = true;
    renumber();
    words(rows()[Math.max(0, index - 1)]).focus();
  };

  const press = (action) => form.querySelector(`[name=action][value=${action}]:not([tabindex])`);

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=action]");
    if (!button || !list) return;
    const row = button.closest("[data-choice]");
    const verb = button.value.split(":")[0];
    if (verb === "choice_add") add(null);
    else if (row && verb === "choice_up") move(row, -1);
    else if (row && verb === "choice_down") move(row, 1);
    else if (row && verb === "choice_remove") remove(row);
    else return;
    event.preventDefault();
    button.focus();
    if (verb === "choice_add") words(rows().at(-1)).focus();
  });

  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const row = list && event.target.closest("[data-choice]");
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      press("save_new").click();
    } else if (event.key === "Enter" && row && event.target.matches("textarea") && !event.shiftKey) {
      event.preventDefault();
      const next = row.nextElementSibling;
      if (next && !words(next).value) words(next).focus(); else add(row);
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      const step = event.key === "ArrowUp" ? -1 : 1;
      event.preventDefault();
      if (row) {
        const field = event.target;
        move(row, step);
        field.focus();
      } else {
        const button = press(step < 0 ? "up" : "down");
        if (button) button.click();
      }
    }
  });

  form.addEventListener("change", (event) => {
    if (event.target.name !== "several") return;
    for (const box of list.querySelectorAll("[name=key]")) {
      const checked = box.checked;
      box.type = event.target.checked ? "checkbox" : "radio";
      box.checked = checked;
    }
  });

  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  const wrong = document.querySelector(".summary");
  if (wrong) wrong.focus();
})();
