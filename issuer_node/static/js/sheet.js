/** Whoever is away cannot be marked: unticking a person closes their row of the grid, ticking opens it again. */

const sheet = document.querySelector("[data-sheet]");

function follow(box) {
  const row = sheet.querySelector(`tr[data-row="${CSS.escape(box.dataset.participantId)}"]`);
  if (!row) return;
  row.classList.toggle("check-grid-absent", !box.checked);
  row.querySelectorAll("input[type=checkbox]").forEach((mark) => { mark.disabled = !box.checked; });
}

sheet?.querySelectorAll("[data-participant-id]").forEach((box) => {
  box.addEventListener("change", () => follow(box));
  follow(box);
});
