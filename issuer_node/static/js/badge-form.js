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

// without a picture of one's own, the medal that the node draws: asked for when the fingers rest
let resting;
function showMedal() {
  clearTimeout(resting);
  if (!preview.dataset.medal || form.elements.picture.files.length) return;
  resting = setTimeout(() => {
    const name = form.elements.name.value.trim() || preview.querySelector('[data-preview="name"]').dataset.empty;
    const kind = form.querySelector("input[name=kind]:checked")?.value ?? "experience";
    preview.querySelector(".medal").src = `${preview.dataset.medal}?${new URLSearchParams({ name, kind })}`;
  }, 300);
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
form.addEventListener("input", showMedal);
form.elements.picture.addEventListener("change", showPicture);
show();
