/** Time left, told in words, by the difference to the server's end: an absolute clock may be wrong on a phone. */

export function start(line) {
  const words = line.querySelector("[data-countdown-words]");
  const given = Number(line.dataset.seconds);
  const seconds = line.dataset.seconds === undefined ? (Date.parse(line.dataset.countdown) - Date.now()) / 1000 : given;
  const end = performance.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left <= 0) {
      words.textContent = line.dataset.over;
      line.classList.add("countdown-short");
      return;
    }
    words.textContent = `${line.dataset.left} ${told(left)}`;
    line.classList.toggle("countdown-short", left <= 30);
    setTimeout(tick, 1000 - ((performance.now() - end) % 1000));
  };
  tick();
}

function told(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${seconds} s`;
}
