// After the trial's clock was turned: look a few times, for the worker acts within seconds.
"use strict";
(() => {
  const looks = 8;
  const pause = 1200;
  const box = document.getElementById("now");
  const url = box && box.dataset.watch;
  const parts = ["#now .trial-now", "#now .trial-mails"];

  async function look(left) {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");
      for (const part of parts) {
        const fresh = page.querySelector(part);
        const shown = document.querySelector(part);
        if (fresh && shown && fresh.innerHTML !== shown.innerHTML) {
          shown.replaceWith(document.adoptNode(fresh));
        }
      }
    } catch {
      // The page stays as it is; the next look may find the server again.
    }
    if (left > 1) setTimeout(look, pause, left - 1);
  }

  if (url) setTimeout(look, pause / 2, looks);
})();
