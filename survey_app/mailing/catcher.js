// The list shows new mails by itself, but never under a reader's eyes: only while its first page
// stands at the top and nothing is being typed. Otherwise a button says that there are new ones.
(() => {
  "use strict";
  const watching = document.getElementById("watching");
  const news = document.getElementById("news");
  const search = document.getElementById("q");
  const EVERY = 3000;

  const list = () => document.getElementById("list");
  const undisturbed = () =>
    scrollY < 40 &&
    !new URLSearchParams(location.search).get("page") &&
    document.activeElement !== search &&
    !list().contains(document.activeElement) &&
    getSelection().isCollapsed;

  async function text(url) {
    const answer = await fetch(url, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    return answer.text();
  }

  async function look() {
    if (document.hidden) return;
    if ((await text("/state")) === list().dataset.state) return;
    if (!undisturbed()) {
      news.hidden = false;
      return;
    }
    const page = new DOMParser().parseFromString(await text(location.href), "text/html");
    if (!undisturbed()) return;
    list().replaceWith(document.adoptNode(page.getElementById("list")));
    news.hidden = true;
  }

  async function watch() {
    try {
      await look();
    } catch {
      // The inbox is being restarted; the next look may find it.
    }
    setTimeout(watch, EVERY);
  }

  watching.hidden = false;
  document.getElementById("reload").hidden = true;
  document.addEventListener("visibilitychange", () => look().catch(() => {}));
  setTimeout(watch, EVERY);
})();
