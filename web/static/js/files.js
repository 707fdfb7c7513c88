/** Says which file was chosen, and shows the picture before it is sent. */

export function start(picker) {
  const input = picker.querySelector("input[type=file]");
  const name = picker.querySelector("[data-file-name]");
  const preview = picker.querySelector("[data-file-preview]");
  const before = name.textContent;
  input.addEventListener("change", () => {
    const [file] = input.files;
    name.textContent = file ? file.name : before;
    if (preview) show(preview, file);
  });
}

function show(preview, file) {
  if (!file?.type.startsWith("image/")) {
    preview.hidden = true;
    return;
  }
  const reader = new FileReader(); // a data: address, which the page's policy admits; blob: is not
  reader.addEventListener("load", () => {
    preview.src = reader.result;
    preview.hidden = false;
  });
  reader.readAsDataURL(file);
}
