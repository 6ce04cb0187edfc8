// Keeps the board on the wall fresh: asks for the next slide and exchanges the words only, so nothing
// flashes, the full screen stays, and a broken line leaves the last figures with their time.
"use strict";

(() => {
  const main = () => document.querySelector("main[data-again]");
  if (!main()) return;
  const controls = () => [...main().querySelectorAll("a, button")];

  const offer = () => {
    document.getElementById("full").hidden = !document.fullscreenEnabled || document.fullscreenElement;
  };

  const ask = async () => {
    const answer = await fetch(main().dataset.again, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main[data-again]");
    if (!answer.ok || !fresh) throw new Error("no board"); // signed out, or a page of an error
    const held = controls().indexOf(document.activeElement);
    main().replaceWith(document.adoptNode(fresh));
    offer();
    controls()[held]?.focus();
  };

  const wait = () => setTimeout(async () => {
    try {
      await ask();
    } catch {
      document.getElementById("stale").hidden = false;
    }
    wait();
  }, Number(main().dataset.seconds) * 1000);

  document.addEventListener("click", (event) => {
    if (event.target.id === "full") document.documentElement.requestFullscreen().catch(() => {});
  });
  document.addEventListener("fullscreenchange", offer);
  offer();
  wait();
})();
