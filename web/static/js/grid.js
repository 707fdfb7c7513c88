/** The grid of what was seen: arrow keys move, "all" marks a person or a column, and the count is told. */

export function start(grid) {
  const rows = [...grid.tBodies[0].rows].map((row) => [...row.querySelectorAll("input[type=checkbox]")]);
  const count = grid.closest(".check-grid-frame").parentElement.querySelector("[data-check-grid-count]");

  const tell = () => {
    const marked = rows.flat().filter((box) => box.checked).length;
    const words = marked === 1 ? grid.dataset.countOne : grid.dataset.countMany;
    count.textContent = marked === 0 ? "" : `${marked} ${words}`;
  };
  const markAll = (boxes) => {
    const open = boxes.filter((box) => !box.disabled);
    const wanted = !open.every((box) => box.checked);
    open.forEach((box) => { box.checked = wanted; });
    tell();
  };

  grid.querySelectorAll("[data-mark-row]").forEach((button) => {
    button.hidden = false;
    const boxes = [...button.closest("tr").querySelectorAll("input[type=checkbox]")];
    button.addEventListener("click", () => markAll(boxes));
  });
  // in the grid's head at a desk; on a phone, where it has none, above the first person
  const above = grid.closest(".check-grid-frame").parentElement.querySelector("[data-check-grid-all]");
  above.hidden = false;
  [...above.children, ...grid.querySelectorAll("[data-mark-column]")].forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => markAll(rows.map((boxes) => boxes[Number(button.dataset.markColumn)])));
  });
  grid.addEventListener("change", tell);
  grid.addEventListener("keydown", (event) => move(event, rows));
  tell();
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function move(event, rows) {
  const step = STEPS[event.key];
  const y = rows.findIndex((boxes) => boxes.includes(event.target));
  if (!step || y < 0) return;
  event.preventDefault();
  let [row, column] = [y + step[0], rows[y].indexOf(event.target) + step[1]];
  while (rows[row]?.[column]?.disabled) [row, column] = [row + step[0], column + step[1]];
  rows[row]?.[column]?.focus();
}
