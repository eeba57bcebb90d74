// The page to try the API: everything on it is made from /openapi.json.
import { Resolver, described, element, fieldsOf } from "./view.js";
import { RequestForm } from "./form.js";
import { curlOf, send, shown } from "./sending.js";

const forms = new Map();

async function main() {
  const place = document.getElementById("operations");
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`);
  const api = await answer.json();
  const resolver = new Resolver(api);
  document.getElementById("version").textContent = `Version ${api.info.version}`;
  document.getElementById("description").replaceChildren(...described(api.info.description));
  place.replaceChildren(...api.tags.map((tag) => group(api, tag, resolver)));
  place.removeAttribute("aria-busy");
  document.getElementById("access").addEventListener("submit", (event) => event.preventDefault());
}

function group(api, tag, resolver) {
  const found = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation.tags?.includes(tag.name)) {
        const shared = item.parameters ?? [];
        found.push(card(path, method, { ...operation, shared }, resolver));
      }
    }
  }
  const title = tag.name[0].toUpperCase() + tag.name.slice(1);
  return element("section", { class: "group" },
    element("h2", {}, title), element("p", { class: "soft" }, tag.description), ...found);
}

function card(path, method, operation, resolver) {
  const form = new RequestForm(path, method, operation, resolver);
  forms.set(operation.operationId, form);
  return element("details", { class: "operation", id: operation.operationId },
    element("summary", {},
      element("span", { class: "method" }, method.toUpperCase()),
      element("span", { class: "path" }, path),
      element("span", { class: "soft" }, operation.summary)),
    element("div", { class: "stack" },
      element("div", {}, ...described(operation.description ?? "")),
      trial(form), ...bodies(operation, resolver), answers(operation, resolver)));
}

function trial(form) {
  const result = element("div", { class: "answer", "aria-live": "polite" });
  const button = element("button", { type: "submit" }, "Send");
  const box = element("form", { class: "stack" }, form.node, button, result);
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const request = await form.request(access());
      const got = await send(request);
      result.classList.toggle("is-refused", got.status >= 400);
      result.replaceChildren(...shown(got), element("h4", {}, "As a command"),
        element("pre", {}, curlOf(request)));
      offerUpload(got.json?.upload);
    } catch (error) {
      result.replaceChildren(element("p", { class: "warning" }, String(error.message ?? error)));
    } finally {
      button.disabled = false;
    }
  });
  return box;
}

function access() {
  return { key: document.getElementById("key").value.trim(),
    project: document.getElementById("project").value.trim() };
}

// An answer with an upload address fills in the form that uploads.
function offerUpload(upload) {
  if (!upload) return;
  const address = new URL(upload.url);
  const values = Object.fromEntries(address.searchParams);
  forms.get("uploadImage").fill({ ...values, frame_id: address.pathname.split("/").at(-1) });
}

function bodies(operation, resolver) {
  const content = operation.requestBody?.content ?? {};
  return Object.entries(content).filter(([, media]) => Object.keys(media.schema).length)
    .map(([kind, media]) => unfolding(`Fields of ${kind}`, () => fieldsOf(media.schema, resolver)));
}

function answers(operation, resolver) {
  const rows = Object.entries(operation.responses).flatMap(([status, given]) => {
    const answer = { ...resolver.follow(given), ...given };
    const schemas = Object.entries(answer.content ?? {}).map(([kind, media]) =>
      unfolding(kind, () => fieldsOf(media.schema, resolver)));
    const said = described(answer.description);
    return [element("dt", {}, status), element("dd", {}, ...said, ...schemas)];
  });
  return unfolding("Answers", () => element("dl", { class: "table" }, ...rows));
}

// Made when it is opened: schemas may hold themselves.
function unfolding(title, make) {
  const box = element("details", {}, element("summary", {}, title));
  box.addEventListener("toggle", () => box.append(make()), { once: true });
  return box;
}

main().catch((error) => {
  const said = element("p", { class: "warning" }, `The document could not be shown: ${error.message}`);
  document.getElementById("operations").replaceChildren(said);
});
