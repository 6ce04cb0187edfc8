/* The answering page, made quicker: one question in view, each choice saved by itself, nothing lost
   without a network. Without this file the same form works with its buttons. ES2017, no libraries. */
(function () {
  "use strict";
  var root = document.documentElement;
  var byId = function (id) { return document.getElementById(id); };
  var toArray = function (list) { return Array.prototype.slice.call(list); };

  // Storage may be closed (private windows, in-app browsers): then we go without.
  function shelf(kind) {
    return {
      get: function (key) { try { return window[kind].getItem(key); } catch (e) { return null; } },
      set: function (key, value) { try { window[kind].setItem(key, value); } catch (e) { /* go without */ } },
      drop: function (prefix) {
        try {
          Object.keys(window[kind]).forEach(function (key) { if (key.indexOf(prefix) === 0) window[kind].removeItem(key); });
        } catch (e) { /* go without */ }
      },
      keys: function (prefix) {
        try { return Object.keys(window[kind]).filter(function (key) { return key.indexOf(prefix) === 0; }); } catch (e) { return []; }
      }
    };
  }
  var kept = shelf("localStorage");
  var tab = shelf("sessionStorage");
  // Of one attempt, or of all when none is named ("Kết thúc" on a shared computer).
  function forget(which) {
    kept.drop("paper:" + (which ? which + ":" : ""));
    tab.drop(which ? "paper:later:" + which : "paper:");
    if (!which) { kept.drop("form:"); tab.drop("form:"); }
  }

  if (kept.get("large-type")) root.classList.add("large");
  // The back button of a shared computer shows nothing old.
  window.addEventListener("pageshow", function (event) { if (event.persisted) window.location.reload(); });
  if (document.body.hasAttribute("data-forget")) forget(document.body.dataset.forget);

  // Hands that shake tap twice. The second tap means what lay under the finger at the first, so
  // nothing takes taps for a moment after the page has moved or a new one has come; keys stay free.
  var waking = null;
  function settle(milliseconds) {
    root.classList.add("settling");
    clearTimeout(waking);
    waking = setTimeout(function () { root.classList.remove("settling"); }, milliseconds);
  }
  var form = byId("paper"), banner = byId("banner");
  settle(form ? 700 : 1200);

  function tell(text, care) {
    banner.hidden = !text;
    banner.className = "notice " + (care ? "care" : "calm");
    banner.firstElementChild.textContent = text || "";
  }

  function seek() { banner.scrollIntoView({ block: "center" }); }

  // The review: without a network neither its buttons nor its links lead to the browser's own error page.
  var review = byId("hand-in");
  function stranded(event) {
    if (!review || navigator.onLine !== false) return;
    event.preventDefault();
    banner.hidden = false;
    seek();
  }
  document.addEventListener("click", function (event) { if (event.target.closest("main a[href]")) stranded(event); });

  // What was marked to come back to, as this tab remembers it: numbers of questions.
  var markedKey = "paper:later:" + (document.body.dataset.attempt || "");
  var marked = (tab.get(markedKey) || "").split(",").filter(Boolean);
  if (review) marked.forEach(function (number) {
    toArray(document.querySelectorAll('main li a[href$="#q-' + Number(number) + '"]')).forEach(function (line) {
      var flag = document.createElement("em");
      flag.className = "flag";
      flag.textContent = review.dataset.later;
      line.appendChild(flag);
    });
  });

  document.addEventListener("submit", function (event) {
    var sent = event.target;
    if (sent === review) stranded(event);
    if (event.defaultPrevented) return;
    if (sent.hasAttribute("data-once")) {
      if (sent.dataset.gone) { event.preventDefault(); return; }
      sent.dataset.gone = "1";
    }
    if (sent.hasAttribute("data-forget-on-submit")) forget(sent.dataset.forgetOnSubmit);
  });

  if (!form || !window.fetch) return;
  var words = JSON.parse(form.dataset.words);
  var say = function (key, values) {
    return words[key].replace(/\{(\w+)\}/g, function (all, name) { return values && name in values ? values[name] : all; });
  };
  var questions = toArray(form.querySelectorAll(".question"));
  var total = questions.length;
  if (!total) return;
  var attempt = document.body.dataset.attempt || "";
  var bar = form.querySelector(".status"), saved = byId("saved"), announce = byId("announce");
  var previous = byId("previous"), next = byId("next"), last = byId("last"), later = byId("later"), larger = byId("larger");
  var finish = byId("finish"), tally = byId("tally");
  var current = 0, stopped = false, gaps = 0, filled = -1;

  /* ---- answers ---- */
  function inputsOf(question) { return toArray(question.querySelectorAll("input")); }
  function valuesOf(question) {
    return inputsOf(question).filter(function (input) { return input.type === "text" ? input.value.trim() : input.checked; })
      .map(function (input) { return input.value; });
  }
  function fill(id, values) {
    questions.forEach(function (question) {
      if (question.dataset.question !== id) return;
      inputsOf(question).forEach(function (input) {
        if (input.type === "text") input.value = values[0] || "";
        else input.checked = values.indexOf(input.value) >= 0;
      });
    });
  }

  /* ---- saving ---- */
  // A writer per page load: a duplicated tab copies its storage, and two pages must not pass for one.
  function fresh() { return Math.random().toString(36).slice(2, 10) + Date.now().toString(36); }
  var writer = fresh();
  var own = { writer: writer, sequence: 0, revision: Number(form.elements.revision.value) || 0, answers: {} };
  var prefix = "paper:" + attempt + ":";
  var timer = null, flying = false, tries = 0, old = [], held = {};
  questions.forEach(function (question) { held[question.dataset.question] = valuesOf(question); });

  kept.keys(prefix).forEach(function (key) {
    var record;
    try { record = JSON.parse(kept.get(key)); } catch (e) { record = null; }
    if (!record || !record.answers) return;
    Object.keys(record.answers).forEach(function (id) { fill(id, record.answers[id]); });
    kept.drop(key);
    record.writer = fresh();
    old.push(record);
  });
  old.forEach(keep);

  function keep(record) {
    if (Object.keys(record.answers).length) kept.set(prefix + record.writer, JSON.stringify(record));
    else kept.drop(prefix + record.writer);
  }
  function mark(text, waiting) { saved.textContent = text; saved.classList.toggle("waiting", !!waiting); }
  function waitingRecord() {
    if (old.length) return old[0];
    return Object.keys(own.answers).length ? own : null;
  }
  function plan(delay) { clearTimeout(timer); timer = setTimeout(send, delay); }

  function send() {
    var record = waitingRecord();
    if (!record || flying || stopped) return;
    clearTimeout(timer);
    flying = true;
    record.sequence += 1;
    keep(record);
    var batch = JSON.parse(JSON.stringify(record.answers));
    var cut = window.AbortController ? new AbortController() : null;
    var limit = setTimeout(function () { if (cut) cut.abort(); }, 15000);
    saved.classList.add("waiting");
    fetch(form.dataset.saveUrl, {
      method: "POST", credentials: "same-origin", cache: "no-store", keepalive: true,
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      signal: cut ? cut.signal : undefined,
      body: JSON.stringify({
        ticket: form.elements.ticket.value, writer: record.writer, sequence: record.sequence,
        revision: record.revision, answers: batch
      })
    }).then(function (response) {
      return response.json().catch(function () { return {}; }).then(function (data) { landed(response, data, record, batch); });
    }).catch(failed).then(function () { clearTimeout(limit); });
  }

  function landed(response, data, record, batch) {
    // The link was replaced: what is not saved stays on this device until the newest mail is opened.
    if (response.status === 403) { flying = false; clearTimeout(timer); mark(say("waiting"), true); tell(data.message, true); return; }
    if (response.status === 409 || response.status === 410) { flying = false; stop(data.message || say("stopped")); return; }
    if (!response.ok || data.revision === undefined) { failed(null, data.message); return; }
    flying = false;
    Object.keys(batch).forEach(function (id) {
      held[id] = batch[id];
      if (stopped) fill(id, batch[id]);
      if (JSON.stringify(record.answers[id]) === JSON.stringify(batch[id])) delete record.answers[id];
    });
    // A larger step means that another device wrote meanwhile, which this page has not seen.
    if (data.revision <= own.revision + 1) own.revision = form.elements.revision.value = data.revision;
    keep(record);
    if (record !== own) old.shift();
    mark(say("saved", { time: data.saved_at || "" }));
    if (tries) tell(say("back"));
    tries = 0;
    if (data.conflicts && Object.keys(data.conflicts).length) tell(say("conflict"), true);
    if (stopped) draw(); else if (waitingRecord()) plan(300);
  }

  function failed(_error, message) {
    flying = false;
    tries += 1;
    mark(say("waiting"), true);
    tell(message || say("offline"));
    plan(Math.min(60000, 1000 * Math.pow(2, tries)) * (0.75 + Math.random() / 2));
  }

  function stop(message) {
    stopped = true;
    clearTimeout(timer);
    kept.drop(prefix);
    mark("");
    tell(message, true);
    // What was refused does not count, so it is not shown as answered.
    old.concat(own).forEach(function (record) {
      Object.keys(record.answers).forEach(function (id) { fill(id, held[id]); });
    });
    draw();
    questions.forEach(function (question) { question.disabled = true; });
    // Nothing on the page may go on saying that there is time, or that nothing was handed in.
    byId("time").textContent = "";
    if (byId("end-hint")) byId("end-hint").hidden = true;
    if (form.dataset.result) offer(form.dataset.result); else { show(total - 1); last.focus({ preventScroll: true }); }
    seek();
  }

  function offer(url) {
    var link = document.createElement("a");
    link.className = "button primary";
    link.href = url;
    link.textContent = say("result");
    byId("turns").hidden = byId("early").hidden = later.hidden = true;
    banner.firstElementChild.insertAdjacentElement("afterend", link);
    link.focus({ preventScroll: true });
  }

  function changed(question) {
    own.answers[question.dataset.question] = valuesOf(question);
    keep(own);
    if (!tries) plan(150 + Math.random() * 250);
    draw();
  }
  form.addEventListener("change", function (event) {
    var question = event.target.closest(".question");
    if (question) changed(question);
  });
  window.addEventListener("online", function () { send(); });
  document.addEventListener("visibilitychange", function () { if (document.hidden) send(); });

  // Leaving through a button posts the whole form, so the page behind it has every answer.
  var pressed = null;
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (button && button.form === form && button.type === "submit") pressed = button;
  });
  form.addEventListener("submit", function (event) {
    if (navigator.onLine === false) { event.preventDefault(); pressed = null; tell(say("stay"), true); seek(); return; }
    own.sequence += 1;
    form.elements.writer.value = writer;
    form.elements.sequence.value = own.sequence;
    clearTimeout(timer);
    if (pressed && pressed.hasAttribute("data-forget-on-submit")) forget();
  });

  /* ---- one question in view ---- */
  var dots = questions.map(function (question, index) {
    var item = document.createElement("li"), button = document.createElement("button"), face = document.createElement("span");
    button.type = "button";
    face.textContent = index + 1;
    button.appendChild(face);
    item.appendChild(button);
    byId("map").appendChild(item);
    button.addEventListener("click", function (event) { turn(event, index); });
    question.querySelector(".q-of").textContent = "/" + total;
    return item;
  });

  // Handing in is offered where the paper ends, and where its last gap was just filled: below the
  // place of "next", so that whoever taps on and on comes to the review and hands in nothing.
  function conclude(missing) {
    if (gaps && !missing) filled = current;
    gaps = missing;
    var end = current === total - 1;
    var ready = !stopped && !gaps && !marked.length && (end || filled === current);
    var text = ready ? say("whole") : stopped || !end ? "" : gaps ? say("missing", { n: gaps }) : say("flagged", { n: marked.length });
    if (tally.textContent !== text) tally.textContent = text;
    finish.hidden = !ready;
    next.classList.toggle("primary", !ready);
    last.classList.toggle("primary", !ready);
  }

  function draw() {
    var missing = 0;
    questions.forEach(function (question, index) {
      var done = valuesOf(question).length > 0, flag = marked.indexOf(String(index + 1)) >= 0;
      var button = dots[index].firstChild;
      if (!done) missing += 1;
      dots[index].className = (done ? "done" : "") + (flag ? " later" : "");
      button.setAttribute("aria-label", say("map", { n: index + 1 }) + ", " + say(done ? "done" : "todo") + (flag ? ", " + say("later") : ""));
      if (index === current) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
      if (index === current) {
        later.textContent = say(flag ? "unmark" : "mark");
      }
    });
    conclude(missing);
  }

  function show(index, move) {
    current = Math.max(0, Math.min(total - 1, index));
    questions.forEach(function (question, at) { question.hidden = at !== current; });
    previous.disabled = current === 0;
    next.hidden = current === total - 1;
    last.hidden = !next.hidden;
    byId("early").hidden = next.hidden;
    // It falls asleep anew wherever it appears, also where it only moved.
    filled = -1;
    finish.hidden = true;
    void finish.offsetWidth;
    draw();
    if (!move) return;
    questions[current].focus({ preventScroll: true });
    var top = questions[current].getBoundingClientRect().top;
    var room = bar.offsetHeight + 8;
    if (top < room || top > window.innerHeight * 0.6) window.scrollBy(0, top - room);
    if (window.history.replaceState) window.history.replaceState(null, "", "#q-" + (current + 1));
  }
  // A click without a finger or a mouse (detail 0) came from the keyboard.
  function turn(event, index) {
    show(index, true);
    if (event.detail) settle(700);
  }
  previous.addEventListener("click", function (event) { turn(event, current - 1); });
  next.addEventListener("click", function (event) { turn(event, current + 1); });
  later.addEventListener("click", function () {
    var number = String(current + 1), at = marked.indexOf(number);
    if (at < 0) marked.push(number); else marked.splice(at, 1);
    tab.set(markedKey, marked.join(","));
    draw();
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    var target = event.target, tag = target.tagName;
    if (event.key === "Enter") {
      if (tag === "BUTTON" || tag === "A" || tag === "SUMMARY") return;
      event.preventDefault();
      if (current === total - 1) last.click(); else show(current + 1, true);
      return;
    }
    if (tag === "TEXTAREA" || (tag === "INPUT" && target.type === "text")) return;
    var letter = /^Key([A-Z])$/.exec(event.code || "");
    var at = (letter ? letter[1] : String(event.key).toUpperCase()).charCodeAt(0) - 65;
    if (String(event.key).length > 1 && !letter) return;
    var input = questions[current].querySelectorAll(".choice input")[at];
    if (input && !input.disabled) { event.preventDefault(); input.focus(); input.click(); }
  });

  function fromHash() {
    var found = /^#q-(\d+)$/.exec(window.location.hash);
    return found ? Number(found[1]) - 1 : -1;
  }
  window.addEventListener("hashchange", function () { if (fromHash() >= 0) show(fromHash(), true); });

  /* ---- larger type ---- */
  function sized() {
    var large = root.classList.contains("large");
    larger.textContent = say(large ? "smaller" : "larger");
  }
  larger.addEventListener("click", function () {
    if (root.classList.toggle("large")) kept.set("large-type", "1"); else kept.drop("large-type");
    sized();
  });

  /* ---- time, in words ---- */
  if (form.dataset.deadlineSeconds) {
    var end = Date.now() + Number(form.dataset.deadlineSeconds) * 1000;
    var clock = byId("time"), warned = {};
    var warn = function (key, text) { if (!warned[key]) { warned[key] = true; announce.textContent = text; } };
    var tick = function () {
      var left = Math.floor((end - Date.now()) / 1000), minutes = Math.floor(left / 60), text = clock.textContent;
      if (stopped) return;
      if (left <= 0) { clock.textContent = ""; over(); return; }
      var soon = left <= 60 ? say("one") : say("last", { n: Math.ceil(left / 60) });
      if (left > 50 && left <= 300) text = soon;
      else if (left < 60) text = say("seconds", { n: left });
      else if (minutes < 60) text = say("minutes", { n: minutes });
      else if (minutes < 1440) text = say("hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
      if (clock.textContent !== text) clock.textContent = text;
      clock.classList.toggle("soon", left <= 300);
      if (left <= 60) warn("one", soon); else if (left <= 300) warn("five", soon);
      setTimeout(tick, left <= 61 ? 1000 : Math.min(5000, (left - 60) * 1000));
    };
    var over = function () {
      announce.textContent = say("over");
      send();
      setTimeout(function () { stop(say("over")); }, 400);
    };
    tick();
    document.addEventListener("visibilitychange", function () { if (!document.hidden && !stopped && end < Date.now()) over(); });
  }

  root.classList.add("js");
  sized();
  var unanswered = questions.findIndex(function (question) { return !valuesOf(question).length; });
  show(fromHash() >= 0 ? fromHash() : Number(form.dataset.start || 0) - 1 >= 0 ? Number(form.dataset.start) - 1 : Math.max(0, unanswered));
  if (waitingRecord()) plan(200);
})();
