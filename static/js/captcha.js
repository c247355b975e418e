// Looks for the number of the captcha in a worker, from the form's first focus on, and waits for it on submit.
for (const box of document.querySelectorAll("[data-captcha]")) start(box);

function start(box) {
  const form = box.closest("form");
  const status = box.querySelector("[role=status]");
  const field = (name) => box.querySelector(`[data-${name}]`);
  const say = (state) => { box.dataset.state = state; status.textContent = status.dataset[state]; };
  let worker, pressed;

  const fail = () => { say("failed"); field("fallback").open = true; worker?.terminate(); };

  const solve = () => {
    if (worker) return;
    try {
      worker = new Worker(box.dataset.worker);
    } catch { fail(); return; }
    say("working");
    worker.onerror = fail;
    worker.onmessage = ({ data }) => {
      if (!Number.isInteger(data)) { fail(); return; }
      field("number").value = data;
      say("done");
      worker.terminate();
      if (pressed) form.requestSubmit(pressed);
    };
    worker.postMessage({ challenge: field("token").value, rounds: +box.dataset.rounds, numbers: +box.dataset.numbers });
  };

  form.addEventListener("focusin", solve, { once: true });
  form.addEventListener("submit", (event) => {
    const elsewhere = event.submitter?.hasAttribute("formaction") || field("code").value;
    if (elsewhere || field("number").value || box.dataset.state === "failed") return;
    event.preventDefault();
    pressed = event.submitter;
    solve();
  });
}
