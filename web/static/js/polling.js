/** Waits for an answer that comes from another device, and goes to it. */

const FIRST_MILLISECONDS = 1500;
const SLOWEST_MILLISECONDS = 8000;
const ENDED = [404, 410];

export function start(box) {
  const words = box.querySelector("[data-poll-words]");
  let pause = FIRST_MILLISECONDS;

  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.poll, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (ENDED.includes(answer.status)) return window.location.reload();
      if (answer.ok && take(await answer.json())) return undefined;
      pause = answer.ok ? FIRST_MILLISECONDS : Math.min(pause * 2, SLOWEST_MILLISECONDS);
    } catch {
      pause = Math.min(pause * 2, SLOWEST_MILLISECONDS); // the network is away: later
    }
    return setTimeout(ask, pause);
  };

  const take = ({ status, result }) => {
    const sentence = box.getAttribute(`data-status-${status}`);
    if (sentence && words.textContent !== sentence) words.textContent = sentence;
    if (!result) return false;
    window.location.assign(result);
    return true;
  };

  setTimeout(ask, pause);
}
