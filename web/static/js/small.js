/** Printing the page, looking at a secret while typing it, and going to what went wrong. */

export function start(element) {
  if ("print" in element.dataset) startPrint(element);
  else if ("reveal" in element.dataset) startReveal(element);
  else element.focus();
}

function startPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function startReveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const words = button.querySelector("[data-reveal-word]");
  button.hidden = false;
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    words.textContent = shown ? button.dataset.shown : button.dataset.hidden;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => show(field.type === "password"));
  field.form?.addEventListener("submit", () => show(false));
}
