// Keeps the board fresh and narrows it while a name is typed. The page is exchanged word by word, so
// that the place on it, the focus and what is unfolded stay. Without this file the page works as it is.
"use strict";

(() => {
  const SECONDS = 30;
  const board = () => document.getElementById("board");
  if (!board()) return;
  const form = () => document.getElementById("choice");
  const keyOf = (node) => (node.nodeType === 1 && (node.dataset.key || node.id)) || "";

  const sameAttributes = (old, fresh) => {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  };

  // Makes `old` say what `fresh` says, keeping every element that both have.
  const exchange = (old, fresh) => {
    if (old.nodeType !== 1) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.classList.contains("needs-script")) return;
    sameAttributes(old, fresh);
    const kept = new Map([...old.childNodes].map((node) => [keyOf(node), node]));
    let at = old.firstChild;
    for (const child of fresh.childNodes) {
      const key = keyOf(child);
      const alike = (node) => node && node.nodeName === child.nodeName && keyOf(node) === key;
      const match = key ? kept.get(key) : alike(at) ? at : null;
      if (!alike(match)) {
        old.insertBefore(document.importNode(child, true), at);
        continue;
      }
      if (match === at) at = at.nextSibling;
      else old.insertBefore(match, at);
      exchange(match, child);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  };

  let asked = 0; // only the last answer counts
  const show = async (url) => {
    asked += 1;
    const mine = asked;
    const answer = await fetch(url, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("board");
    if (!answer.ok || !fresh) throw new Error("no board"); // signed out, or a page of an error
    if (mine === asked) exchange(board(), fresh);
  };

  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    if (document.hidden || !board().dataset.live) return; // hidden or closed: nothing is asked
    timer = setTimeout(look, SECONDS * 1000);
  };
  const look = async () => {
    try {
      const { live, version } = board().dataset;
      const headers = { "If-None-Match": `"${version}"` };
      const answer = await fetch(live, { headers, cache: "no-store" });
      if (answer.status === 200 && !answer.redirected) await show(location.href);
      if ([401, 403, 404].includes(answer.status) || answer.redirected) return;
    } catch {
      // The line is down: the figures keep their time, and the next look may get through.
    }
    wait();
  };

  const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
  const narrow = () => {
    const wanted = bare(form().elements.q.value.trim());
    for (const row of document.querySelectorAll(".bars > [data-key], .figures [data-key]")) {
      row.hidden = !bare(row.firstElementChild.textContent).includes(wanted);
    }
  };
  let typing = 0;
  const choose = () => {
    const chosen = new URLSearchParams([...new FormData(form())].filter(([, value]) => value.trim()));
    const url = new URL(location.pathname, location.href);
    url.search = chosen;
    history.replaceState(null, "", url);
    show(url).catch(() => form().submit());
  };

  document.addEventListener("input", (event) => {
    if (event.target.id !== "q") return;
    narrow();
    clearTimeout(typing);
    typing = setTimeout(choose, 350);
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "sort") choose();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "choice") return;
    event.preventDefault();
    clearTimeout(typing);
    choose();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
  for (const one of document.querySelectorAll(".needs-script")) one.hidden = false;
  wait();
})();
