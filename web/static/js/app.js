/** Brings a page's devices to life: each module is loaded only where its mark stands. Pages work without any of it. */

const DEVICES = [
  ["[data-copy]", "./copying.js"],
  ["[data-speak]", "./speaking.js"],
  ["[data-print], [data-focus], [data-reveal]", "./small.js"],
  ["[data-countdown]", "./countdown.js"],
  ["[data-poll]", "./polling.js"],
  ["[data-scan]", "./scanning.js"],
  ["[data-passkey]", "./passkeys.js"],
  ["[data-file-picker]", "./files.js"],
  ["[data-check-grid]", "./grid.js"],
];

for (const [mark, module] of DEVICES) {
  const found = [...document.querySelectorAll(mark)];
  if (found.length > 0) {
    const { start } = await import(module);
    found.forEach(start);
  }
}
document.documentElement.dataset.ready = "";
