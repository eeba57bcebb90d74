// Asks what the settings in a form would have kept: by its button, and by itself after a change.

const PAUSE = 600; // milliseconds without a change

export function watch(form) {
  const place = form.querySelector(".preview-said");
  let asked = new AbortController();
  let timer = 0;

  async function ask() {
    clearTimeout(timer);
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    place.setAttribute("aria-busy", "true");
    try {
      const fragment = await fetched(form, signal);
      place.innerHTML = fragment; // ours, and escaped by the server
    } catch (error) {
      if (signal.aborted) return;
      place.textContent = `There is no preview just now: ${error.message}.`;
    }
    place.removeAttribute("aria-busy");
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  form.querySelector("[data-preview]").addEventListener("click", ask);
  for (const kind of ["input", "rules-changed"]) form.addEventListener(kind, later);
}

async function fetched(form, signal) {
  const answer = await fetch(form.dataset.previewAt, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    redirect: "error",
    signal,
  });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.text();
}
