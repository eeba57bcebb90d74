// Dialogs: a button with `data-opens="id"` opens one, one with `data-closes` closes its own. The
// element gives the focus back and closes on Escape by itself. One that came with errors
// (`data-open`) is open from the start.

for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

for (const dialog of document.querySelectorAll("dialog")) {
  for (const button of dialog.querySelectorAll("[data-closes]")) {
    button.addEventListener("click", () => dialog.close());
  }
  if (dialog.hasAttribute("data-open")) {
    dialog.showModal();
    dialog.querySelector('[aria-invalid="true"]')?.focus();
  }
}

// The menu of who is signed in ends like one: with Escape, and when something else is chosen.
const menu = document.querySelector("details.person");

document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});

menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
