/** Makes and proves passkeys: options from the server, the browser's own dialog, the answer back. */

export function start(button) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const words = button.closest(".passkey").querySelector("[data-passkey-words]");
  const say = (sentence, wrong = false) => {
    words.textContent = sentence;
    words.toggleAttribute("data-wrong", wrong);
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!fields(button).every((field) => field.reportValidity())) return;
    button.setAttribute("aria-busy", "true");
    say(button.dataset.busy);
    try {
      const { redirect } = await prove(button);
      window.location.assign(redirect ?? button.dataset.next ?? window.location.href);
    } catch (error) {
      const cancelled = error.name === "NotAllowedError" || error.name === "AbortError";
      say(cancelled ? button.dataset.cancelled : button.dataset.failed, !cancelled);
      button.removeAttribute("aria-busy");
    }
  });
}

async function prove(button) {
  const given = Object.fromEntries(fields(button).map((field) => [field.name || field.id, field.value]));
  const options = await post(button, button.dataset.optionsUrl, given);
  const publicKey = options.publicKey ?? options;
  const credential = button.dataset.passkey === "register"
    ? await navigator.credentials.create({ publicKey: creation(publicKey) })
    : await navigator.credentials.get({ publicKey: request(publicKey) });
  return post(button, button.dataset.resultUrl, { ...given, credential: asJson(credential) });
}

function fields(button) {
  return (button.dataset.fields ?? "").split(" ").filter(Boolean).map((id) => document.getElementById(id)).filter(Boolean);
}

async function post(button, url, content) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": button.dataset.csrf },
    body: JSON.stringify(content),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

// WebAuthn Level 3 does this itself; older browsers need their bytes unpacked
function creation(options) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(descriptor),
  };
}

function request(options) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return { ...options, challenge: bytes(options.challenge), allowCredentials: (options.allowCredentials ?? []).map(descriptor) };
}

function descriptor(entry) {
  return { ...entry, id: bytes(entry.id) };
}

function asJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const parts = names.filter((name) => response[name]).map((name) => [name, base64url(response[name])]);
  return {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(parts),
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function bytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function base64url(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
