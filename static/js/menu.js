// Closes an open menu on Escape and on a click elsewhere; the menu itself is a plain <details>.
const open = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

// After an error the summary is what has to be read first.
document.querySelector(".problems")?.focus();
