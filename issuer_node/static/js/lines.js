/** Adds a line to a list of fields, empty, with its own ids and number. Without script the page has spare lines. */

const list = document.querySelector("[data-lines]");
const button = document.querySelector("[data-lines-add]");
const most = Number(list.dataset.most);

function addLine() {
  const last = list.lastElementChild;
  const number = list.children.length + 1;
  const line = last.cloneNode(true);
  for (const element of line.querySelectorAll("[id], [for]")) {
    for (const attribute of ["id", "for"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(/\d+$/, number));
    }
  }
  const label = line.querySelector("label");
  label.textContent = label.textContent.replace(/\d+/, number);
  line.querySelector("input").value = "";
  line.querySelector("select").selectedIndex = 0;
  list.append(line);
  line.querySelector("input").focus();
  button.hidden = number >= most;
}

button.hidden = list.children.length >= most;
button.addEventListener("click", addLine);
