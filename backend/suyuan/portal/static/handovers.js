// A keypad with big digits for temperatures, and a button for the minus sign that it lacks.
for (const field of document.querySelectorAll("[data-flip]")) {
  const flip = document.createElement("button");
  const pair = document.createElement("span");
  flip.type = "button";
  flip.className = "button plain flip";
  flip.textContent = "±";
  flip.setAttribute("aria-label", field.dataset.flip);
  flip.addEventListener("click", () => {
    const plain = field.value.trim().replace(/^[-−－]/, "");
    field.value = plain === field.value.trim() ? `-${plain}` : plain;
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  pair.className = "pair";
  field.inputMode = "decimal";
  field.replaceWith(pair);
  pair.append(field, flip);
}

// Shows whether accepted, refused and missing add up, while they are typed. Whole numbers of millionths: no rounding.
const millionths = (text) => {
  const plain = text.normalize("NFKC").trim();
  const found = /^(\d{0,12})(?:\.(\d{0,6}))?$/.exec(plain);
  return found ? BigInt((found[1] || "0") + (found[2] || "").padEnd(6, "0")) : null;
};

for (const hint of document.querySelectorAll("[data-sums]")) {
  const fields = ["a", "r", "m"].map((name) => document.getElementById(name + hint.dataset.line));
  const shown = hint.querySelector("[data-sum]");
  const sent = millionths(hint.dataset.sent);
  const add = () => {
    const values = fields.map((field) => millionths(field.value || "0"));
    const known = values.every((value) => value !== null);
    const closes = known && values.reduce((sum, value) => sum + value, 0n) === sent;
    const texts = fields.map((field) => field.value.trim() || "0");
    shown.textContent = `${texts.join(" + ")} ${closes ? "=" : "≠"} ${hint.dataset.sent}`;
    fields.forEach((field) => field.setAttribute("aria-invalid", String(!closes)));
  };
  fields.forEach((field) => field.addEventListener("input", add));
  add();
}
