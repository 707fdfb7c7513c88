/** Reads a QR code with the camera or from a picture, where the browser can (BarcodeDetector). */

const BETWEEN_LOOKS_MILLISECONDS = 200;

export async function start(box) {
  if (!("BarcodeDetector" in window)) return;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return;
  new Scanner(box, new BarcodeDetector({ formats: ["qr_code"] })).open();
}

class Scanner {
  constructor(box, detector) {
    this.box = box;
    this.detector = detector;
    this.video = box.querySelector("[data-scan-video]");
    this.stream = null;
  }

  part(name) {
    return this.box.querySelector(`[data-scan-${name}]`);
  }

  say(sentence) {
    this.part("words").textContent = sentence;
  }

  open() {
    this.box.hidden = false;
    this.part("camera").hidden = !navigator.mediaDevices?.getUserMedia;
    this.part("camera").addEventListener("click", () => this.look());
    this.part("stop").addEventListener("click", () => this.stop());
    this.part("file").addEventListener("change", (event) => this.readPicture(event.target.files[0]));
    window.addEventListener("pagehide", () => this.stop());
  }

  async look() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      this.say(this.box.dataset.noCamera);
      return;
    }
    this.show(true);
    this.video.srcObject = this.stream;
    await this.video.play();
    while (this.stream) {
      const [code] = await this.detector.detect(this.video).catch(() => []);
      if (code && this.take(code.rawValue)) this.stop();
      await new Promise((resolve) => { setTimeout(resolve, BETWEEN_LOOKS_MILLISECONDS); });
    }
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.show(false);
  }

  show(looking) {
    this.part("window").hidden = !looking;
    this.part("stop").hidden = !looking;
    this.part("camera").hidden = looking;
  }

  async readPicture(file) {
    if (!file) return;
    const picture = await createImageBitmap(file).catch(() => null);
    const [code] = picture ? await this.detector.detect(picture).catch(() => []) : [];
    if (!code || !this.take(code.rawValue)) this.say(this.box.dataset.none);
  }

  take(text) {
    const { scanField, scanGo } = this.box.dataset;
    if (scanField) return this.fill(document.getElementById(scanField), text);
    const known = (scanGo ?? "").split(" ").some((prefix) => prefix && text.startsWith(prefix));
    if (known) window.location.assign(text);
    return known;
  }

  fill(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.say(this.box.dataset.found);
    if ("scanSubmit" in this.box.dataset) field.form.requestSubmit();
    else field.focus();
    return true;
  }
}
