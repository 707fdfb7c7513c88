/** Shows the badge while it is being written. */

const form = document.querySelector("[data-badge-form]");
const preview = document.querySelector("[data-badge-preview]");

function show() {
  for (const name of ["name", "description"]) {
    const words = preview.querySelector(`[data-preview="${name}"]`);
    words.textContent = form.elements[name].value.trim() || words.dataset.empty;
  }
  const kind = form.querySelector("input[name=kind]:checked");
  preview.querySelector('[data-preview="kind"]').textContent =
    kind?.closest("label").querySelector(".choice-label").textContent ?? "";
}

// the browser reads the chosen picture itself: nothing is sent before the form is
async function showPicture() {
  const [file] = form.elements.picture.files;
  if (!file) return;
  const picture = document.createElement("img");
  picture.className = "medal medal-l";
  picture.alt = "";
  picture.src = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  preview.querySelector(".tile-stage").replaceChildren(picture);
}

preview.hidden = false;
form.addEventListener("input", show);
form.elements.picture.addEventListener("change", showPicture);
show();
