// Keys for the question form; every one of them has a button that works without this file.
// Enter adds a choice, Ctrl+Enter saves and opens a new question, Alt+Up/Down moves.
// A quiz has one list, its choices; a form has two, choices and rows (data-list says which).
"use strict";

(() => {
  const form = document.querySelector("[data-editor]");
  if (!form) return;
  const lists = Object.fromEntries(
    [...form.querySelectorAll("[data-list]")].map((list) => [list.dataset.list, list]));
  const english = form.querySelector("[data-english]");
  const pins = form.querySelector(".pins");
  const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
  const MOST = { choice: 50, row: 30 };
  const letter = (index) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index] || String(index + 1);
  const nameIn = (list, index) => "numbers" in list.dataset ? String(index + 1) : letter(index);
  const rows = (list) => [...list.querySelectorAll("[data-choice]")];
  const words = (row) => row.querySelector("[name$=_text]");
  let changed = false;

  const newId = () => [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => ALPHABET[byte % ALPHABET.length]).join("");

  const relabel = (element, name) => {
    for (const attribute of ["aria-label", "placeholder"]) {
      const text = element.getAttribute(attribute);
      if (text) element.setAttribute(attribute, text.replace(/\S+$/, name));
    }
  };

  const renumber = (list) => rows(list).forEach((row, index) => {
    const name = nameIn(list, index);
    row.querySelector(".letter").textContent = name;
    for (const spoken of row.querySelectorAll("[data-letter]")) spoken.textContent = name;
    for (const field of row.querySelectorAll("textarea")) relabel(field, name);
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
    const list = row.parentElement;
    const all = rows(list);
    const from = all.indexOf(row);
    const to = from + step;
    if (to < 0 || to >= all.length) return;
    const pairs = [[row, all[to]], ...companions(from).map((one, i) => [one, companions(to)[i]])];
    for (const [one, other] of pairs) {
      if (step < 0) other.before(one); else other.after(one);
    }
    changed = true;
    renumber(list);
  };

  const blankCopy = (node, id) => {
    const copy = node.cloneNode(true);
    for (const field of copy.querySelectorAll("textarea")) field.value = "";
    for (const box of copy.querySelectorAll("input[type=radio], input[type=checkbox]")) {
      box.checked = false;
      box.value = id;
    }
    for (const hidden of copy.querySelectorAll("[name$=_id]")) hidden.value = id;
    for (const button of copy.querySelectorAll("[name=action]")) {
      button.value = button.value.split(":")[0] + ":" + id;
    }
    return copy;
  };

  const add = (list, after) => {
    const all = rows(list);
    if (all.length >= MOST[list.dataset.list]) return;
    const index = after ? all.indexOf(after) : all.length - 1;
    const id = newId();
    const fresh = blankCopy(all[index], id);
    for (const part of companions(index)) part.after(blankCopy(part, id));
    all[index].after(fresh);
    renumber(list);
    words(fresh).focus();
  };

  const remove = (row) => {
    const list = row.parentElement;
    const all = rows(list);
    if (all.length <= 1) return;
    const index = all.indexOf(row);
    for (const part of companions(index)) part.remove();
    row.remove();
    changed = true;
    renumber(list);
    words(rows(list)[Math.max(0, index - 1)]).focus();
  };

  const press = (action) => form.querySelector(`[name=action][value=${action}]:not([tabindex])`);

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=action]");
    if (!button) return;
    const row = button.closest("[data-choice]");
    const [kind, step] = button.value.split(":")[0].split("_");
    const list = lists[kind];
    if (list && step === "add") add(list, null);
    else if (row && step === "up") move(row, -1);
    else if (row && step === "down") move(row, 1);
    else if (row && step === "remove") remove(row);
    else return;
    event.preventDefault();
    if (step === "up" || step === "down") button.focus();
  });

  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const row = event.target.closest("[data-choice]");
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      press("save_new").click();
    } else if (event.key === "Enter" && row && event.target.matches("textarea") && !event.shiftKey) {
      event.preventDefault();
      const next = row.nextElementSibling;
      if (next && !words(next).value) words(next).focus(); else add(row.parentElement, row);
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

  // Each type of a form's question shows what belongs to it; the rest stays, hidden.
  const showType = (type) => {
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(type);
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "type") showType(event.target.value);
    if (event.target.name !== "several") return;
    for (const box of lists.choice.querySelectorAll("[name=key]")) {
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
