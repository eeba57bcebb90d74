// The classes of one rule. A project may have a thousand: those that are not ticked are put into the
// list when it is opened, from a template that all rules share.

const MANY = 12; // classes from which on a field to search them is worth its room

export class ClassList {
  constructor(details) {
    this.details = details;
    this.list = details.querySelector("[data-name]");
    details.addEventListener("toggle", () => details.open && this.fill());
    if (details.open) this.fill();
    this.list.addEventListener("change", () => this.count());
  }

  fill() {
    if (this.filled) return;
    this.filled = true;
    const known = new Set(this.boxes().map((box) => box.value));
    const all = document.getElementById("all-classes").content.cloneNode(true);
    for (const item of all.querySelectorAll("li")) {
      const box = item.querySelector("input");
      box.name = this.list.dataset.name;
      if (known.has(box.value)) item.remove();
    }
    this.list.append(all);
    if (this.boxes().length > MANY) this.addSearch();
  }

  addSearch() {
    const search = document.createElement("input");
    search.type = "search";
    search.className = "control";
    search.placeholder = "Find a class";
    search.setAttribute("aria-label", "Find a class");
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // it would send the form
    });
    search.addEventListener("input", (event) => {
      event.stopPropagation(); // no setting changed
      const wanted = search.value.trim().toLowerCase();
      for (const box of this.boxes())
        box.closest("li").hidden = !box.value.toLowerCase().includes(wanted);
    });
    this.list.before(search);
  }

  boxes() {
    return [...this.list.querySelectorAll("input")];
  }

  count() {
    const chosen = this.boxes().filter((box) => box.checked).length;
    this.details.querySelector("[data-chosen]").textContent = chosen || "all";
  }
}
