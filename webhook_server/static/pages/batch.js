// The dialogs of a batch: people are found by what is typed, the numbers add up while they change,
// a button in somebody's row picks them. The forms work without any of it.

const number = new Intl.NumberFormat("en");

function prepareAssigning(form) {
  const people = [...form.querySelectorAll("#assign-people > li")].map((row) => ({
    row,
    text: row.innerText.toLowerCase(),
    picked: row.querySelector("input[type=checkbox]"),
    images: row.querySelector("input[type=number]"),
  }));
  const overlap = form.elements.namedItem("overlap");
  const given = form.querySelector("[data-given]"); // and much else is not there where nobody is known
  const free = Number(given?.dataset.free);

  const picked = () => people.filter((person) => person.picked.checked);
  const reviews = () => free * Math.max(1, Math.min(Number(overlap.max), Number(overlap.value) || 1));

  // As the server does it: whoever has no number gets an even part of what the others leave.
  function shares() {
    const chosen = picked();
    const empty = chosen.filter((person) => !person.images.value);
    const typed = chosen.reduce((sum, person) => sum + Number(person.images.value), 0);
    const rest = Math.max(0, reviews() - typed);
    const each = Math.floor(rest / empty.length);
    let more = rest % empty.length;
    return new Map(chosen.map((person) => {
      if (person.images.value) return [person, Number(person.images.value)];
      return [person, Math.min(free, each + (more-- > 0 ? 1 : 0))];
    }));
  }

  function tell() {
    const now = shares();
    const total = [...now.values()].reduce((sum, images) => sum + images, 0);
    const rest = reviews() - total;
    for (const person of people) {
      person.images.placeholder = person.images.value ? "" : (now.get(person) ?? "");
      person.images.setCustomValidity("");
    }
    const unit = reviews() > free ? "reviews" : "images";
    given.closest(".given").classList.toggle("is-wrong", rest < 0);
    if (!now.size) given.textContent = `${number.format(reviews())} ${unit} to give. Pick who gets some.`;
    else if (rest < 0) given.textContent = `${number.format(total)} given, ${number.format(-rest)} more than there are`;
    else given.textContent = `${number.format(total)} of ${number.format(reviews())} ${unit} given, ${number.format(rest)} left over`;
    if (rest < 0) {
      const last = [...now.keys()].findLast((person) => person.images.value);
      last?.images.setCustomValidity(`There are ${number.format(-rest)} ${unit} fewer than that.`);
    }
  }

  function split() {
    for (const person of people) person.images.value = "";
    for (const [person, images] of shares()) person.images.value = images || "";
    tell();
  }

  function find(search) {
    const wanted = search.value.trim().toLowerCase();
    // Who is picked stays in sight: nobody is given images unseen.
    for (const person of people) person.row.hidden = !person.text.includes(wanted) && !person.picked.checked;
    const found = people.filter((person) => person.text.includes(wanted)).length;
    form.querySelector("[data-found]").textContent = wanted ? `${found} found` : "";
  }

  for (const person of people) {
    person.images.addEventListener("input", () => {
      if (person.images.value) person.picked.checked = true;
    });
  }
  form.addEventListener("input", tell);
  form.querySelector("[data-split]")?.addEventListener("click", split);
  const search = form.querySelector("[type=search]");
  search?.addEventListener("input", () => find(search));
  search?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  for (const hidden of form.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
  if (people.length) tell();
}

// How many images can be moved depends on whom they are taken from.
function boundBySource(source) {
  const images = source.form.elements.namedItem("images");
  const bound = () => {
    const left = source.selectedOptions[0]?.dataset.left;
    images.max = left;
    images.placeholder = `all ${number.format(left)}`;
  };
  source.addEventListener("change", bound);
  if (source.selectedOptions.length) bound();
}

// The second click of a double click would be told that somebody was faster.
function sendOnce(button) {
  button.form.addEventListener("submit", () => { button.disabled = true; });
  window.addEventListener("pageshow", () => { button.disabled = false; });
}

const assigning = document.querySelector("#assign form");
if (assigning) prepareAssigning(assigning);
for (const source of document.querySelectorAll("[data-source]")) boundBySource(source);
for (const button of document.querySelectorAll(".dialog-foot .is-primary")) sendOnce(button);
