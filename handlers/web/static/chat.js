// The chat without reloading the page. Without this file every form still works: the server then sends a whole page.
"use strict";

(() => {
  const PATIENCE_MS = 20000;

  const composer = document.getElementById("composer");
  const input = document.getElementById("question");
  const log = document.getElementById("log");
  const status = document.getElementById("status");
  const send = composer.querySelector("[type=submit]");
  let busy = false;

  const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

  function setBusy(now) {
    busy = now;
    // `disabled` would throw the keyboard's focus away.
    send.setAttribute("aria-disabled", String(now));
    status.textContent = now ? document.getElementById("thinking").content.textContent : "";
  }

  function show(turn) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    turn.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  // The question as it was typed, until the server's own copy of it comes with the answer.
  function appendPending(question) {
    const pending = copyOf("asked");
    if (question) {
      pending.querySelector(".said").textContent = question;
    } else {
      pending.querySelector(".question").remove();
    }
    log.append(pending);
    show(pending);
    return pending;
  }

  async function answerTo(fields) {
    const response = await fetch(composer.dataset.chat, {
      method: "POST",
      body: new URLSearchParams(fields),
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // A refusal is an answer too, written for a person; a broken server's page is not.
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    const held = document.createElement("template");
    held.innerHTML = await response.text();
    const turn = held.content.querySelector("[data-turn]");
    if (!turn) throw new Error("not an answer");
    return turn;
  }

  function showFailure(pending, fields) {
    const failure = copyOf("failed");
    failure.querySelector("button").addEventListener("click", () => {
      if (busy) return;
      pending.remove();
      ask(fields);
    });
    pending.querySelector(".thinking").replaceWith(failure);
    show(pending);
    failure.querySelector("button").focus({ preventScroll: true });
  }

  async function ask(fields) {
    if (busy) return;
    setBusy(true);
    const pending = appendPending(fields.text || fields.label || "");
    try {
      const turn = await answerTo(fields);
      pending.replaceWith(turn);
      turn.querySelector("[data-answer]").focus({ preventScroll: true });
      show(turn);
    } catch {
      showFailure(pending, fields);
    } finally {
      setBusy(false);
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    if (busy) return;
    const fields = Object.fromEntries(new FormData(form));
    if (form === composer) {
      if (!input.value.trim()) {
        input.focus();
        return;
      }
      input.value = "";
    } else if (event.submitter) {
      fields[event.submitter.name] = event.submitter.value;
    }
    ask(fields);
  });

  // Where the resident is, is asked of the browser on a tap only, and the browser asks the resident.
  function locate(button) {
    if (busy) return;
    setBusy(true);
    const label = button.textContent.trim();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setBusy(false);
        ask({ latitude: coords.latitude, longitude: coords.longitude, label });
      },
      () => {
        setBusy(false);
        showNotLocated(button);
      },
      { timeout: PATIENCE_MS, maximumAge: 60000 },
    );
  }

  function showNotLocated(button) {
    const words = document.getElementById("not-located").content.textContent;
    const told = button.parentElement.querySelector(".not-located") ?? document.createElement("p");
    told.className = "not-located";
    told.textContent = words;
    button.after(told);
    status.textContent = words;
    input.focus();
  }

  if (navigator.geolocation && isSecureContext) document.documentElement.classList.add("can-locate");

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-locate]");
    if (button) locate(button);
  });

  input.addEventListener("keydown", (event) => {
    // While an input method is open, Enter picks a word; Safari says so by key code 229 only.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    composer.requestSubmit();
  });
})();
