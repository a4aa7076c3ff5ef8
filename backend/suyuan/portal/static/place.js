// Fills in where this device is, when its user asks; the browser asks him whether the page may know.
for (const part of document.querySelectorAll("[data-place]")) {
  if (!("geolocation" in navigator)) break;
  const button = part.querySelector("button");
  const status = part.querySelector("[role=status]");
  const put = (id, degrees) => {
    const field = document.getElementById(id);
    field.value = degrees.toFixed(5);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  part.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    const found = ({ coords }) => {
      put("lat", coords.latitude);
      put("lon", coords.longitude);
      status.textContent = part.dataset.found;
      button.disabled = false;
    };
    const failed = () => {
      status.textContent = part.dataset.failed;
      button.disabled = false;
    };
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
}
