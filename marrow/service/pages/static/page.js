// The curves are drawn aside: asked for again until they are there. Without a script the page says so in words.
"use strict";
const again = async (tries) => {
  const waiting = document.querySelector("#survival[data-waits]");
  if (!waiting || !tries) return;
  await new Promise((done) => setTimeout(done, 1000));
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#survival");
    if (fresh) waiting.replaceWith(document.adoptNode(fresh));
  } catch { return; }
  again(tries - 1);
};
again(30);
