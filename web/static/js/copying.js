/** The copy button beside an address. */

export function start(button) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector("[data-copy-word]");
  const status = button.closest(".copy")?.querySelector("[data-copy-status]");
  const before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // not allowed here: the address is selected, and copies by hand
    }
    words.textContent = button.dataset.copied;
    if (status) status.textContent = button.dataset.copied;
    setTimeout(() => {
      words.textContent = before;
      if (status) status.textContent = "";
    }, 3000);
  });
}
