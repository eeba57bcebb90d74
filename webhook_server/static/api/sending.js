// Sending a request, showing its answer, and saying it as a command for curl.
import { element } from "./view.js";

export async function send({ method, url, headers, body }) {
  const began = performance.now();
  const answer = await fetch(url, { method, headers, body, cache: "no-store" });
  const text = await answer.text();
  const milliseconds = Math.round(performance.now() - began);
  const kind = answer.headers.get("content-type") ?? "";
  return { status: answer.status, words: answer.statusText, headers: [...answer.headers], text,
    milliseconds, json: /[/+]json$/.test(kind) ? JSON.parse(text) : undefined };
}

export function shown(got) {
  const size = new Blob([got.text]).size;
  const line = `${got.status} ${got.words} · ${got.milliseconds} ms · ${size} bytes`;
  const text = got.json === undefined ? got.text : JSON.stringify(got.json, null, 2);
  const headers = got.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return [
    element("p", { class: "status-line" }, line),
    element("pre", {}, text || "(nothing)"),
    element("details", {}, element("summary", {}, "Headers"), element("pre", {}, headers)),
  ];
}

// The key is left out: commands are copied to where others read them.
export function curlOf({ method, url, headers, data, form }) {
  const parts = [`curl -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (name === "Authorization") parts.push('-H "Authorization: Bearer $KEY"');
    else parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  for (const [name, value] of form ?? []) parts.push(`${formFlag(value)} ${quoted(`${name}=${value}`)}`);
  if (data !== undefined && headers["Content-Encoding"] === "gzip") {
    const command = [...parts, "--data-binary @-"].join(" \\\n  ");
    if (data.startsWith("@")) return `gzip -c ${quoted(data.slice(1))} | ${command}`;
    return `gzip -c <<'END' | ${command}\n${data}\nEND`;
  }
  if (data !== undefined) parts.push(`--data-binary ${quoted(data)}`);
  return parts.join(" \\\n  ");
}

function formFlag(value) {
  return value.startsWith("@") ? "-F" : "--form-string";
}

function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
