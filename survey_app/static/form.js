/* A form, made easier: questions come as they apply, and a draft stays on the device until it is sent.
   Nothing is sent by itself. Without this file the same form works with its buttons. ES2017, no libraries. */
(function () {
  "use strict";
  var root = document.documentElement;
  var toArray = function (list) { return Array.prototype.slice.call(list); };
  var byId = function (id) { return document.getElementById(id); };

  // Storage may be closed (private windows, in-app browsers): then we go without.
  function attempt(what) { try { return what(); } catch (e) { return null; } }
  function get(kind, key) { return attempt(function () { return window[kind].getItem(key); }); }
  function set(kind, key, value) { attempt(function () { window[kind].setItem(key, value); }); }
  function drop(kind, prefix) {
    attempt(function () {
      Object.keys(window[kind]).forEach(function (key) { if (key.indexOf(prefix) === 0) window[kind].removeItem(key); });
    });
  }
  function forgetAll() {
    ["form:", "paper:"].forEach(function (prefix) { drop("localStorage", prefix); drop("sessionStorage", prefix); });
  }
  function read(key) { return attempt(function () { return JSON.parse(get("localStorage", key)); }); }

  root.classList.add("js");
  if (get("localStorage", "large-type")) root.classList.add("large");
  // The back button of a shared computer shows nothing old.
  window.addEventListener("pageshow", function (event) { if (event.persisted) window.location.reload(); });
  var sent = document.body.dataset.sent;
  if (sent) { drop("localStorage", "form:" + sent); drop("sessionStorage", "form:" + sent); }
  // Drafts of long ago, by the device's own clock: it may be wrong, and is so both times.
  attempt(function () {
    Object.keys(localStorage).forEach(function (key) {
      if (key.indexOf("form:") !== 0) return;
      var old = read(key);
      if (!old || !(old.kept + 60 * 86400000 > Date.now())) localStorage.removeItem(key);
    });
  });

  var form = byId("form");
  document.addEventListener("submit", function (event) {
    if (event.target.hasAttribute("data-forget-all")) forgetAll();
  });
  if (!form) return;

  var key = form.dataset.draft ? "form:" + form.dataset.draft : "";
  var shared = byId("shared"), told = byId("kept"), banner = byId("banner");
  var questions = toArray(form.querySelectorAll(".question"));
  var fields = toArray(form.querySelectorAll("[name^='q_']"));
  var named = function (name) { return fields.filter(function (field) { return field.name === name; }); };
  var isTicked = function (field) { return field.type === "radio" || field.type === "checkbox"; };

  /* ---- larger type ---- */
  var larger = byId("larger");
  function sizeWords() { larger.textContent = root.classList.contains("large") ? larger.dataset.smaller : larger.dataset.larger; }
  if (larger) {
    larger.addEventListener("click", function () {
      if (root.classList.toggle("large")) set("localStorage", "large-type", "1"); else drop("localStorage", "large-type");
      sizeWords();
    });
    sizeWords();
  }

  /* ---- which questions apply ---- */
  function apply() {
    questions.forEach(function (question) {
      var by = question.dataset.askedBy;
      if (!by) return;
      var wanted = question.dataset.askedIf.split(" ");
      var applies = named(by).some(function (field) { return field.checked && wanted.indexOf(field.value) >= 0; });
      question.hidden = !applies;
      question.disabled = !applies; // what does not apply is not sent
    });
    // Where questions are left out, a line tells why the numbers jump.
    toArray(form.querySelectorAll("[data-instead-of]")).forEach(function (line) { line.hidden = !byId(line.dataset.insteadOf).hidden; });
    fields.forEach(function (field) {
      if (!field.dataset.beside) return;
      var wanted = named(field.dataset.beside).some(function (one) { return one.checked && one.hasAttribute("data-other"); });
      field.parentNode.hidden = !wanted;
      field.disabled = !wanted;
    });
    toArray(form.querySelectorAll("[data-most]")).forEach(tooMany);
  }

  /* ---- more chosen than may be ---- */
  function tooMany(line) {
    var chosen = line.parentNode.querySelectorAll("input:checked").length;
    var says = chosen > line.dataset.most ? line.dataset.says.replace("{n}", chosen) : "";
    if (line.textContent !== says) line.textContent = says;
  }

  /* ---- letters left ---- */
  function count(area) {
    var left = area.parentNode.querySelector(".left");
    if (left && area.value) left.textContent = left.dataset.left.replace("{n}", Math.max(0, area.maxLength - area.value.length));
  }

  /* ---- the draft ---- */
  function values() {
    var found = {};
    fields.forEach(function (field) {
      if (isTicked(field) ? !field.checked : !field.value) return;
      (found[field.name] = found[field.name] || []).push(field.value);
    });
    return found;
  }
  function fill(found) {
    fields.forEach(function (field) {
      var kept = found[field.name];
      if (!kept) return;
      if (isTicked(field)) field.checked = kept.indexOf(field.value) >= 0; else field.value = kept[0];
    });
  }
  function keeps() { return key && !(shared && shared.checked); }
  function keep() {
    if (!keeps()) return;
    var found = values();
    if (Object.keys(found).length) set("localStorage", key, JSON.stringify({ kept: Date.now(), values: found }));
    else drop("localStorage", key);
  }
  function tell() { if (told) told.textContent = keeps() ? told.dataset.kept : told.dataset.shared; }

  if (shared) {
    shared.checked = get("sessionStorage", key + ":shared") === "1";
    shared.addEventListener("change", function () {
      if (shared.checked) { drop("localStorage", key); set("sessionStorage", key + ":shared", "1"); }
      else { drop("sessionStorage", key); keep(); }
      tell();
    });
  }
  if (keeps()) {
    var draft = form.hasAttribute("data-again") ? null : read(key);
    if (draft && draft.values) fill(draft.values); else keep();
  }
  toArray(form.querySelectorAll("textarea")).forEach(count);
  apply();
  tell();

  /* ---- what a hand does ---- */
  form.addEventListener("input", function (event) {
    if (event.target.tagName === "TEXTAREA") count(event.target);
    apply();
    keep();
  });
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.tagName === "INPUT" && !isTicked(event.target)) event.preventDefault();
  });
  form.addEventListener("click", function (event) {
    var button = event.target.closest("button[value^='clear:']");
    if (!button) return;
    event.preventDefault();
    var group = named("q_" + button.value.slice(6));
    group.forEach(function (field) { field.checked = false; });
    if (group.length) group[0].focus();
    apply();
    keep();
  });
  /* ---- one length for all: whoever measures the encrypted line sees lengths ---- */
  function pad() {
    var padding = form.elements.padding;
    padding.value = "";
    var body = new URLSearchParams(new FormData(form)).toString();
    // A line break goes out as two characters, though one may stand here.
    var length = body.length + 3 * (body.split("%0A").length - body.split("%0D%0A").length);
    var wanted = Math.max(Number(form.dataset.length), 1024 * Math.ceil(length / 1024));
    padding.value = new Array(wanted - length + 1).join("0");
  }

  form.addEventListener("submit", function (event) {
    var offline = navigator.onLine === false;
    banner.hidden = !offline;
    if (offline || form.dataset.gone) { event.preventDefault(); return; }
    form.dataset.gone = "1";
    attempt(pad);
    // Where the line breaks, the page stays: then it may be sent again.
    setTimeout(function () { delete form.dataset.gone; }, 5000);
  });
})();
