// The list of rules in the conditions' form. The server takes rules in the order in which they stand,
// so that a rule keeps the names of its fields wherever it is moved.

import { ClassList } from "./classes.js";

export class RuleList {
  constructor(list) {
    this.list = list;
    this.form = list.closest("form");
    this.made = 0;
    for (const rule of list.children) this.wire(rule);
    this.form.querySelector("[data-add]").addEventListener("click", () => this.add());
    this.number();
  }

  wire(rule) {
    for (const button of rule.querySelectorAll("[data-move]"))
      button.addEventListener("click", () => this.move(rule, button));
    rule.querySelector("[data-remove]").addEventListener("click", () => this.remove(rule));
    const name = rule.querySelector(`[name="${rule.dataset.rule}.name"]`);
    name.addEventListener("input", () => {
      rule.querySelector("[data-title]").textContent = name.value;
    });
    new ClassList(rule.querySelector("[data-classes]"));
  }

  add() {
    this.made += 1;
    const html = document.getElementById("new-rule").innerHTML;
    this.list.insertAdjacentHTML("beforeend", html.replaceAll("rules.new", `rules.new-${this.made}`));
    const rule = this.list.lastElementChild;
    this.wire(rule);
    this.changed(`Rule ${this.list.children.length} was added.`);
    rule.querySelector(`[name="${rule.dataset.rule}.name"]`).focus();
  }

  remove(rule) {
    const next = rule.nextElementSibling ?? rule.previousElementSibling;
    const name = title(rule);
    rule.remove();
    this.changed(`${name} was removed.`);
    (next?.querySelector("h3") ?? this.form.querySelector("[data-add]")).focus();
  }

  move(rule, button) {
    const up = button.dataset.move === "up";
    const other = up ? rule.previousElementSibling : rule.nextElementSibling;
    if (!other) return;
    if (up) other.before(rule);
    else other.after(rule);
    button.focus(); // which moving it took away
    rule.scrollIntoView({ block: "nearest" });
    const place = [...this.list.children].indexOf(rule) + 1;
    this.changed(`${title(rule)} is now rule ${place} of ${this.list.children.length}.`);
  }

  changed(words) {
    this.number();
    this.form.querySelector("[data-told]").textContent = words;
    this.form.dispatchEvent(new Event("rules-changed"));
  }

  number() {
    const rules = [...this.list.children];
    rules.forEach((rule, index) => {
      rule.querySelector("[data-number]").textContent = index + 1;
      rule.querySelector(".rule-head").setAttribute("aria-label", `Rule ${index + 1}`);
      for (const button of rule.querySelectorAll("[data-move]")) {
        const end = button.dataset.move === "up" ? 0 : rules.length - 1;
        button.setAttribute("aria-disabled", String(index === end)); // not disabled: it keeps the focus
      }
    });
    this.form.querySelector("[data-no-rule]").hidden = rules.length > 0;
  }
}

function title(rule) {
  return rule.querySelector("[data-title]").textContent || "The rule";
}
