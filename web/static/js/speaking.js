/** Reads a page aloud, sentence by sentence, and shows where it is. */

const READ = "h1, h2, h3, h4, p, li, dt, dd, th, td, legend, label, figcaption, summary, blockquote";

export function start(button) {
  if (!("speechSynthesis" in window)) return;
  const words = button.querySelector("[data-speak-word]");
  const before = words.textContent;
  button.hidden = false;

  const end = () => {
    speechSynthesis.cancel();
    mark(null);
    words.textContent = before;
    button.setAttribute("aria-pressed", "false");
  };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") return end();
    words.textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    return speak(readable(document.querySelector(button.dataset.speak)), end);
  });
  window.addEventListener("pagehide", end);
}

function readable(root) {
  const parts = [...root.querySelectorAll(READ)].filter((part) => part.checkVisibility() && !part.closest("[aria-hidden=true], .visually-hidden"));
  // the innermost ones: a list item that holds a paragraph would be read twice
  return parts.filter((part) => !parts.some((other) => other !== part && part.contains(other)) && part.innerText.trim());
}

function speak(parts, end) {
  const [part, ...rest] = parts;
  if (!part) return end();
  const utterance = new SpeechSynthesisUtterance(part.innerText);
  utterance.lang = part.closest("[lang]").lang;
  utterance.rate = 0.92;
  utterance.addEventListener("start", () => mark(part));
  utterance.addEventListener("end", () => speak(rest, end));
  utterance.addEventListener("error", end);
  return speechSynthesis.speak(utterance);
}

function mark(part) {
  document.querySelector(".spoken")?.classList.remove("spoken");
  part?.classList.add("spoken");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  part?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}
